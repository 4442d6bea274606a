package mongostore

// AsOnMongoDB has a store send what it sends to MongoDB, on whatever server it is. Keys
// are common that so many clients have.
func (s *Store) AsOnMongoDB(common int64) {
	s.seen.NoteServer(true)
	s.common = common
}
