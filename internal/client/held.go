package client

import (
	"slices"
)

// IsHeld says whether what a caller sends is what the client holds in the place
// that it is sent for, as it is stored: nil for nothing.
func IsHeld(raw, held any) bool {
	switch h := held.(type) {
	case nil:
		return false
	case string:
		return raw == any(h)
	case Status:
		return raw == any(string(h))
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
	case []int64:
		return raw != nil && slices.EqualFunc(List(raw), h, func(a any, b int64) bool {
			id, err := DecodeID(a)
			return err == nil && id == ID{Number: b}
		})
	}
	return false
}

// holdsNothing says whether a property that is to be cleared is none already.
func holdsNothing(p *Property, c *Client) bool { return c != nil && p.Value(c) == nil }
