package mongostore

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

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
	// part is what Part answers, kept so that it is allocated once.
	part *stored
}

func (s *stored) Bool() (bool, bool)     { return s.value.BooleanOK() }
func (s *stored) Int() (int64, bool)     { return s.value.AsInt64OK() }
func (s *stored) Float() (float64, bool) { return s.value.AsFloat64OK() }
func (s *stored) Text() (string, bool)   { return s.value.StringValueOK() }

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

func (s *stored) Entries(each func(length int, entry client.Stored) bool) bool {
	array, ok := s.value.ArrayOK()
	if !ok {
		return false
	}
	values, err := array.Values()
	if err != nil {
		return false
	}
	var entry stored
	for _, value := range values {
		entry.value = value
		if !each(len(values), &entry) {
			return false
		}
	}
	return true
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
	if s.part == nil {
		s.part = &stored{}
	}
	s.part.value = value
	return s.part
}

func (s *stored) IsDocument() bool { return s.value.Type == bson.TypeEmbeddedDocument }
