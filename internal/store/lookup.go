package store

// TagCount is a tag and the number of clients with it that the scope sees.
type TagCount struct {
	Tag   string
	Count int64
}
