package plan

import (
	"fmt"
	"strconv"

	"clientgraph/internal/client"
)

// baseField returns the writer of a field that needs only what every read loads; nil for
// any other field.
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

// recordField returns the writer of a field that is derived from several properties; nil
// for any other field.
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
			// SSN decides which form the caller may read, as for resolvers.
			ssn, err := s.reads.SSN(c)
			if err != nil {
				return dst, fmt.Errorf("read an ssn: %w", err)
			}
			return client.AppendOptionalText(dst, ssn), nil
		}
	}
	return nil
}

// ofRecord returns a writer that needs only the record.
func ofRecord(write func(dst []byte, c *client.Client) []byte) recordWriter {
	return func(dst []byte, c *client.Client, _ *shared) ([]byte, error) { return write(dst, c), nil }
}

// customText returns the writer of a field with all custom fields in one text; nil for
// any other field.
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

// appendJSONText appends a value as a text with its JSON.
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
