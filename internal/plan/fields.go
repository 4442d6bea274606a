package plan

import (
	"fmt"
	"strconv"

	"clientgraph/internal/client"
)

// baseField writes a field that is made of what every read loads; nil for another
// field.
func baseField(name string) func(dst []byte, b client.Base) []byte {
	switch name {
	case "id":
		return func(dst []byte, b client.Base) []byte {
			return client.AppendGlobalID(dst, client.TypeClient, b.ClientID)
		}
	case "clientId":
		return func(dst []byte, b client.Base) []byte { return client.AppendID(dst, b.ClientID) }
	case "businessId":
		return func(dst []byte, b client.Base) []byte { return client.AppendID(dst, b.BusinessID) }
	case "version":
		return func(dst []byte, b client.Base) []byte { return strconv.AppendInt(dst, b.Version, 10) }
	case "deleted":
		return func(dst []byte, b client.Base) []byte { return strconv.AppendBool(dst, b.Lifecycle == client.Removed) }
	case "active":
		return func(dst []byte, b client.Base) []byte { return strconv.AppendBool(dst, b.Lifecycle == client.Live) }
	}
	return nil
}

// recordField writes a field that is derived from several parts; nil for another
// field.
func recordField(name string) recordWriter {
	switch name {
	case "aggregatedNotes":
		return ofRecord(func(dst []byte, c *client.Client) []byte { return client.AppendOptionalText(dst, c.AggregatedNotes()) })
	case "safeDateOfBirth":
		return ofRecord(func(dst []byte, c *client.Client) []byte { return client.AppendOptionalText(dst, c.SafeDateOfBirth()) })
	case "createdDateMillis":
		return ofRecord(func(dst []byte, c *client.Client) []byte { return appendOptionalNumber(dst, c.CreatedDateMillis()) })
	case "modifiedDateMillis":
		return ofRecord(func(dst []byte, c *client.Client) []byte { return appendOptionalNumber(dst, c.ModifiedDateMillis()) })
	case "ssn":
		return func(dst []byte, c *client.Client, s *shared) ([]byte, error) {
			// What the caller may read of it is decided where resolvers ask, too.
			ssn, err := s.reads.SSN(c)
			if err != nil {
				return dst, fmt.Errorf("read an ssn: %w", err)
			}
			return client.AppendOptionalText(dst, ssn), nil
		}
	}
	return nil
}

// ofRecord is a writer of what only the record decides.
func ofRecord(write func(dst []byte, c *client.Client) []byte) recordWriter {
	return func(dst []byte, c *client.Client, _ *shared) ([]byte, error) { return write(dst, c), nil }
}

// customText is how a field is written that is all of a client's custom fields in one;
// nil for another field.
func customText(name string) recordWriter {
	switch name {
	case "fieldDataMap":
		return func(dst []byte, c *client.Client, s *shared) ([]byte, error) {
			return client.AppendJSON(dst, s.definitions.DataMap(c))
		}
	case "fieldDataMapJson":
		return func(dst []byte, c *client.Client, s *shared) ([]byte, error) {
			return appendJSONText(dst, s.definitions.DataMap(c))
		}
	case "fieldDataListJson":
		return func(dst []byte, c *client.Client, s *shared) ([]byte, error) {
			return appendJSONText(dst, s.definitions.DataList(c))
		}
	case "textSearchable":
		return func(dst []byte, c *client.Client, s *shared) ([]byte, error) {
			return client.AppendOptionalText(dst, s.definitions.TextSearchable(c)), nil
		}
	}
	return nil
}

// appendJSONText appends a text that is JSON itself.
func appendJSONText(dst []byte, value any) ([]byte, error) {
	text, err := client.AppendJSON(nil, value)
	if err != nil {
		return dst, err
	}
	return client.AppendText(dst, string(text)), nil
}

func appendOptionalNumber(dst []byte, number *int64) []byte {
	if number == nil {
		return append(dst, "null"...)
	}
	return strconv.AppendInt(dst, *number, 10)
}
