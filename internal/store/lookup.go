package store

// TagCount is a tag in use and how many of the visible clients carry it.
type TagCount struct {
	Tag   string
	Count int64
}
