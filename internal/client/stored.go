package client

import (
	"time"
)

// Document has named parts in order, in the form that a store keeps. Its values are: nil,
// bool, int64, float64, string, time.Time, []byte, []string, []int64, []any and Document.
// A store converts them to its database's types in one place.
type Document []Part

// Part is a named part of a Document.
type Part struct {
	Name  string
	Value any
}

// Stored is a stored value that is not decoded yet. Each method returns false if the value
// has another type.
type Stored interface {
	Bool() (bool, bool)
	Int() (int64, bool)
	Float() (float64, bool)
	Text() (string, bool)
	// Instant is in UTC.
	Instant() (time.Time, bool)
	// Bytes returns bytes that the caller may keep.
	Bytes() ([]byte, bool)
	// Scalar is a value of any type that a custom field may have: a string, float64,
	// bool or time.Time.
	Scalar() (any, bool)
	// Length returns the number of entries of a list.
	Length() (int, bool)
	// Entry returns an entry of a list. Length must have been called before. The entry is
	// valid until the next call of Entry or Part.
	Entry(i int) Stored
	// Part returns the part of a document with that name; nil if there is none, or if the
	// value is not a document. It is valid until the next call of Entry or Part.
	Part(name string) Stored
	// IsDocument says whether the value has parts.
	IsDocument() bool
}

// partReader reads the parts of a stored document. A missing part is the zero value; one
// of another type makes the reader fail.
type partReader struct {
	from   Stored
	failed bool
}

func readParts(from Stored) *partReader {
	return &partReader{from: from, failed: !from.IsDocument()}
}

func readPart[T any](r *partReader, name string, read func(Stored) (T, bool)) T {
	var value T
	if r.failed {
		return value
	}
	if part := r.from.Part(name); part != nil {
		var ok bool
		if value, ok = read(part); !ok {
			r.failed = true
		}
	}
	return value
}

func (r *partReader) int(name string) int64         { return readPart(r, name, Stored.Int) }
func (r *partReader) text(name string) string       { return readPart(r, name, Stored.Text) }
func (r *partReader) instant(name string) time.Time { return readPart(r, name, Stored.Instant) }

// optionalPart reads an optional part.
func optionalPart[T any](r *partReader, name string, read func(Stored) (T, bool)) *T {
	return readPart(r, name, func(from Stored) (*T, bool) {
		value, ok := read(from)
		return &value, ok
	})
}
