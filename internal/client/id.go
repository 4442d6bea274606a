package client

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Type names in global ids.
const (
	TypeClient          = "Client"
	TypeMergedClient    = "MergedClient"
	TypeFieldDefinition = "FieldDefinition"
	TypeLocationGroup   = "LocationGroup"
	TypeBusiness        = "Business"
	TypeWebhook         = "Webhook"
	TypeWebhookDelivery = "WebhookDelivery"
	TypeJob             = "Job"
)

// ID is an id from a caller: plain decimal, or the global form with a type. The zero
// value identifies nothing.
type ID struct {
	// Type is empty for a plain id.
	Type   string
	Number int64
	// Malformed says that the caller's text is not an id. Code that takes ids as arguments
	// calls Wrong, so that the error is reported together with all others.
	Malformed bool `json:",omitempty"`
}

// Wrong returns INVALID_ID at that place for a malformed id, else no error.
func (id ID) Wrong(where Path) Errors {
	if !id.Malformed {
		return nil
	}
	return Errors{where.At(InvalidID())}
}

// String returns the form for callers: the number if Type is empty, else base64url,
// without padding, of "Type:number".
func (id ID) String() string {
	number := strconv.FormatInt(id.Number, 10)
	if id.Type == "" {
		return number
	}
	return base64.RawURLEncoding.EncodeToString([]byte(id.Type + ":" + number))
}

// As returns the number of an id of that type; 0, which identifies nothing, if it has
// another type or is malformed.
func (id ID) As(typeName string) int64 {
	if id.Type == "" || id.Type == typeName {
		return id.Number
	}
	return 0
}

// ParseID parses either form of an id. Error: INVALID_ID, if it is neither a decimal
// number of at most 64 bits nor a global id.
func ParseID(text string) (ID, error) {
	if number, ok := ParseNumber(text); ok {
		return ID{Number: number}, nil
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	// The decoder ignores line breaks.
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return ID{}, InvalidID()
	}
	typeName, digits, found := strings.Cut(string(decoded), ":")
	number, ok := ParseNumber(digits)
	if !found || !ok || !isTypeName(typeName) {
		return ID{}, InvalidID()
	}
	return ID{Type: typeName, Number: number}, nil
}

// ParseNumber accepts only the form that strconv prints for an int64, so that an id has
// one spelling.
func ParseNumber(text string) (int64, bool) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(number, 10) != text {
		return 0, false
	}
	return number, true
}

func isTypeName(name string) bool {
	for _, r := range name {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return name != ""
}

// InvalidID is the error for a text that is not an id, or the id of another type.
func InvalidID() *Error {
	return &Error{Code: CodeInvalidID, Message: "an id is a decimal number of at most 64 bits, or the global id that the field id answers"}
}
