package mongostore

// AsOnMongoDB has a store send what it sends to MongoDB, on whatever server it is.
func (s *Store) AsOnMongoDB() { s.seen.NoteServer(true) }
