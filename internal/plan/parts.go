package plan

import (
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
)

// part writes objects inside a client, such as a custom field: the selected fields of a
// value.
type part[T any] []partField[T]

type partField[T any] struct {
	key    string
	append func(dst []byte, of T) ([]byte, error)
}

// writers returns the writer of an object's field; nil if resolvers must answer it.
type writers[T any] func(field graphql.CollectedField) func(dst []byte, of T) ([]byte, error)

// partOf compiles the selection of objects of a type; false if resolvers must answer a
// part of it.
func partOf[T any](c *compiler, typeName string, of graphql.CollectedField, writers writers[T]) (part[T], bool) {
	var compiled part[T]
	for _, field := range c.fields(of.Selections, typeName) {
		write := writers(field)
		switch {
		case field.Name == "__typename":
			write = func(dst []byte, _ T) ([]byte, error) { return client.AppendText(dst, typeName), nil }
		case c.denied(field) || write == nil:
			return nil, false
		}
		compiled = append(compiled, partField[T]{keyOf(len(compiled), field.Alias), write})
	}
	return compiled, true
}

func (p part[T]) write(dst []byte, of T) ([]byte, error) {
	dst = append(dst, '{')
	for i := range p {
		dst = append(dst, p[i].key...)
		var err error
		if dst, err = p[i].append(dst, of); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// writeAll writes a list of objects.
func writeAll[T any](dst []byte, p part[T], all []T) ([]byte, error) {
	dst = append(dst, '[')
	for i := range all {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = p.write(dst, all[i]); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// sure returns a writer that can't fail.
func sure[T any](write func(dst []byte, of T) []byte) func(dst []byte, of T) ([]byte, error) {
	return func(dst []byte, of T) ([]byte, error) { return write(dst, of), nil }
}

func zoneField(field graphql.CollectedField) func([]byte, *client.TimeZone) ([]byte, error) {
	switch field.Name {
	case "timeZoneId":
		return sure(func(dst []byte, z *client.TimeZone) []byte { return client.AppendText(dst, z.TimeZoneID) })
	case "timeZoneCode":
		return sure(appendZoneCode)
	case "timeZoneDesc":
		return sure(func(dst []byte, z *client.TimeZone) []byte { return client.AppendText(dst, z.TimeZoneDesc) })
	case "visible":
		return sure(func(dst []byte, z *client.TimeZone) []byte { return strconv.AppendBool(dst, z.Visible) })
	case "sortOrder":
		return sure(func(dst []byte, z *client.TimeZone) []byte { return strconv.AppendInt(dst, z.SortOrder, 10) })
	case "currentOffset":
		return sure(func(dst []byte, z *client.TimeZone) []byte { return strconv.AppendInt(dst, z.CurrentOffset, 10) })
	}
	return nil
}

func appendZoneCode(dst []byte, z *client.TimeZone) []byte {
	return client.AppendText(dst, z.TimeZoneCode)
}

func customField(field graphql.CollectedField) func([]byte, client.Field) ([]byte, error) {
	switch field.Name {
	case "schedulerPreferenceFieldDefnId":
		return sure(func(dst []byte, f client.Field) []byte { return client.AppendID(dst, f.Definition.DefinitionID) })
	case "label":
		return sure(func(dst []byte, f client.Field) []byte { return client.AppendText(dst, f.Definition.Label) })
	case "type":
		return sure(func(dst []byte, f client.Field) []byte { return client.AppendText(dst, string(f.Definition.Type)) })
	case "propertyCode":
		return sure(func(dst []byte, f client.Field) []byte {
			return client.AppendOptionalText(dst, f.Definition.PropertyCode)
		})
	case "choices":
		return sure(func(dst []byte, f client.Field) []byte { return appendTexts(dst, f.Definition.Choices) })
	case "value":
		return func(dst []byte, f client.Field) ([]byte, error) { return client.AppendJSON(dst, f.Value) }
	}
	return nil
}

func appendTexts(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for i, text := range texts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = client.AppendText(dst, text)
	}
	return append(dst, ']')
}

func dataField(field graphql.CollectedField) func([]byte, client.FieldData) ([]byte, error) {
	switch field.Name {
	case "schedulerPreferenceFieldDefnId":
		return sure(func(dst []byte, f client.FieldData) []byte { return client.AppendID(dst, f.ID) })
	case "value":
		return func(dst []byte, f client.FieldData) ([]byte, error) { return client.AppendJSON(dst, f.Value) }
	}
	return nil
}

func aliasField(field graphql.CollectedField) func([]byte, client.Alias) ([]byte, error) {
	switch field.Name {
	case "field":
		return sure(func(dst []byte, a client.Alias) []byte { return client.AppendText(dst, a.Field) })
	case "value":
		return sure(func(dst []byte, a client.Alias) []byte { return client.AppendText(dst, a.Value) })
	case "clientId":
		return sure(func(dst []byte, a client.Alias) []byte { return client.AppendID(dst, a.ClientID) })
	case "clientGlobalId":
		return sure(func(dst []byte, a client.Alias) []byte {
			return client.AppendGlobalID(dst, client.TypeClient, a.ClientID)
		})
	}
	return nil
}

// shared has what the steps of a level share.
type shared struct {
	reads Reads
	// definitions are the custom fields of the business, if a step needs them.
	definitions client.Definitions
	now         time.Time
	zones       map[string]*client.TimeZone
	survivors   survivors
}

// zone describes the time zone of a row; nil for none.
func (s *shared) zone(row client.Row) *client.TimeZone {
	name, there := row.Text(client.PlaceOf("timeZone"))
	if !there {
		return nil
	}
	described, known := s.zones[name]
	if !known {
		if s.zones == nil {
			s.now, s.zones = s.reads.Now(), map[string]*client.TimeZone{}
		}
		described = client.DescribeZone(name, s.now)
		s.zones[name] = described
	}
	return described
}
