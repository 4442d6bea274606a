package record

import (
	"encoding/binary"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"clientgraph/internal/client"
)

// toBSON converts a value in the form of client.Document to one that the driver encodes.
// No other function knows how that form is stored.
func toBSON(value any) any {
	switch v := value.(type) {
	case client.Document:
		document := make(bson.D, len(v))
		for i, part := range v {
			document[i] = bson.E{Key: part.Name, Value: toBSON(part.Value)}
		}
		return document
	case []any:
		list := make(bson.A, len(v))
		for i, entry := range v {
			list[i] = toBSON(entry)
		}
		return list
	}
	return value
}

// stored is a value of a document. It implements client.Stored.
type stored struct {
	value bson.RawValue
	// entries are the entries of the list, once Length was called. ends has the offset in
	// the list where each of them ends.
	entries []bson.RawValue
	ends    []int
	// whole is a copy of the list if its entries are texts. Lists can have hundreds of
	// texts; they are substrings of whole, so that there is one allocation for all.
	whole string
	// text is the value if it is such a substring.
	text string
	// within is the result of Entry and Part. It is reused, so that it is allocated once.
	within *stored
}

func (s *stored) Bool() (bool, bool)     { return s.value.BooleanOK() }
func (s *stored) Int() (int64, bool)     { return wholeNumber(s.value.Type, s.value.Value) }
func (s *stored) Float() (float64, bool) { return s.value.AsFloat64OK() }

func (s *stored) Text() (string, bool) {
	if s.text != "" {
		return s.text, true
	}
	return s.value.StringValueOK()
}

func (s *stored) Instant() (time.Time, bool) {
	t, ok := s.value.TimeOK()
	return t.UTC(), ok
}

func (s *stored) Bytes() ([]byte, bool) {
	_, data, ok := s.value.BinaryOK()
	return append([]byte(nil), data...), ok
}

func (s *stored) Scalar() (any, bool) {
	switch s.value.Type {
	case bson.TypeString:
		return s.value.StringValueOK()
	case bson.TypeDouble:
		return s.value.DoubleOK()
	case bson.TypeBoolean:
		return s.value.BooleanOK()
	case bson.TypeDateTime:
		return s.Instant()
	}
	return nil, false
}

func (s *stored) Length() (int, bool) {
	array, ok := s.value.ArrayOK()
	if !ok {
		return 0, false
	}
	s.entries, s.ends, s.whole = s.entries[:0], s.ends[:0], ""
	const header, end = 4, 1
	if len(array) < header+end {
		return 0, false
	}
	for rest := array[header : len(array)-end]; len(rest) > 0; {
		element, after, ok := bsoncore.ReadElement(rest)
		if !ok {
			return 0, false
		}
		value, err := element.ValueErr()
		if err != nil {
			return 0, false
		}
		rest = after
		s.entries = append(s.entries, bson.RawValue{Type: bson.Type(value.Type), Value: value.Data})
		s.ends = append(s.ends, len(array)-end-len(rest))
	}
	if len(s.entries) > 1 && s.entries[0].Type == bson.TypeString {
		s.whole = string(array)
	}
	return len(s.entries), true
}

func (s *stored) Entry(i int) client.Stored {
	value := s.entries[i]
	inner := s.inner(value)
	// A text has its length before it and a zero byte after it. A shorter value is damaged.
	const length, zero = 4, 1
	if s.whole != "" && value.Type == bson.TypeString && len(value.Value) >= length+zero {
		inner.text = s.whole[s.ends[i]-len(value.Value)+length : s.ends[i]-zero]
	}
	return inner
}

func (s *stored) Part(name string) client.Stored {
	document, ok := s.value.DocumentOK()
	if !ok {
		return nil
	}
	value, err := document.LookupErr(name)
	if err != nil {
		return nil
	}
	return s.inner(value)
}

// inner returns a value that is part of this one.
func (s *stored) inner(value bson.RawValue) *stored {
	if s.within == nil {
		s.within = &stored{}
	}
	s.within.value, s.within.text = value, ""
	return s.within
}

func (s *stored) IsDocument() bool { return s.value.Type == bson.TypeEmbeddedDocument }

// wholeNumber returns a value as a whole number; false for a value that is not one. All
// numbers that we write are 64 bits long, so that type is read without the driver.
func wholeNumber(kind bson.Type, value []byte) (int64, bool) {
	if kind == bson.TypeInt64 && len(value) == 8 {
		return int64(binary.LittleEndian.Uint64(value)), true //nolint:gosec // It is signed.
	}
	return bson.RawValue{Type: kind, Value: value}.AsInt64OK()
}
