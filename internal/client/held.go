package client

import (
	"slices"
)

// IsHeld says whether a value that a caller sends for a custom field, a definition or a
// business equals the stored value; nil for none.
func IsHeld(raw, held any) bool {
	switch h := held.(type) {
	case nil:
		return false
	case string:
		return raw == any(h)
	case bool:
		return raw == any(h)
	case float64:
		sent, ok := number(raw)
		return ok && sent == h
	case Date:
		sent, err := decodeDate(raw)
		return err == nil && sent == any(h)
	case []string:
		sent := List(raw)
		return raw != nil && slices.EqualFunc(sent, h, func(a any, b string) bool { return a == any(b) })
	}
	return false
}

// holdsNothing says whether a property that is to be cleared has no value already.
func holdsNothing(p *Property, c *Client) bool { return c != nil && p.Value(c) == nil }
