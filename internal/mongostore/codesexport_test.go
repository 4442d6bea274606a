package mongostore

// Code is a code of the database, and what it means.
type Code struct {
	Number                          int
	Name                            string
	Conflict, Unavailable, TooLarge bool
}

// Codes are all that mean something.
func Codes() []Code {
	var all []Code
	for _, c := range codes() {
		all = append(all, Code{c.number, c.name, c.means == meansConflict, c.means == meansUnavailable, c.means == meansTooLarge})
	}
	return all
}
