package record

import (
	"encoding/binary"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"clientgraph/internal/client"
)

// toBSON is a value as the driver writes it. It is the one place that knows how the
// form of client.Document is stored.
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

// stored is a value of a document, as package client reads it.
type stored struct {
	value bson.RawValue
	// entries are those of a list whose length was asked, and ends says where in the list
	// each of them ends. whole is that list where its entries are texts: a client has
	// hundreds in one list, which are parts of one string.
	entries []bson.RawValue
	ends    []int
	whole   string
	// text is the value where it is such a part.
	text string
	// within is what Entry and Part answer, kept so that it is allocated once.
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
	// A length before it, a zero behind it: what is shorter is damaged, and no text.
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

// inner is a value within this one.
func (s *stored) inner(value bson.RawValue) *stored {
	if s.within == nil {
		s.within = &stored{}
	}
	s.within.value, s.within.text = value, ""
	return s.within
}

func (s *stored) IsDocument() bool { return s.value.Type == bson.TypeEmbeddedDocument }

// wholeNumber is a value that is a whole number; false for another. All that we write have
// the one type, which needs no look at the others.
func wholeNumber(kind bson.Type, value []byte) (int64, bool) {
	if kind == bson.TypeInt64 && len(value) == 8 {
		return int64(binary.LittleEndian.Uint64(value)), true //nolint:gosec // It is signed.
	}
	return bson.RawValue{Type: kind, Value: value}.AsInt64OK()
}
