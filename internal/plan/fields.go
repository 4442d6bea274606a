package plan

import (
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
func recordField(name string) func(dst []byte, c *client.Client) []byte {
	switch name {
	case "aggregatedNotes":
		return func(dst []byte, c *client.Client) []byte { return client.AppendOptionalText(dst, c.AggregatedNotes()) }
	case "safeDateOfBirth":
		return func(dst []byte, c *client.Client) []byte { return client.AppendOptionalText(dst, c.SafeDateOfBirth()) }
	case "createdDateMillis":
		return func(dst []byte, c *client.Client) []byte { return appendOptionalNumber(dst, c.CreatedDateMillis()) }
	case "modifiedDateMillis":
		return func(dst []byte, c *client.Client) []byte { return appendOptionalNumber(dst, c.ModifiedDateMillis()) }
	}
	return nil
}

func appendOptionalNumber(dst []byte, number *int64) []byte {
	if number == nil {
		return append(dst, "null"...)
	}
	return strconv.AppendInt(dst, *number, 10)
}
