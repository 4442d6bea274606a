package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"clientgraph/internal/client"
)

const (
	// maxUserLength bounds user names in characters: they are stored in every record and
	// are part of index keys.
	maxUserLength = 255
	// maxLocations bounds the visibility keys of a caller, which are in every query.
	maxLocations = 1000
	// maxDate is the end of the year 9999 in seconds; later dates are mistakes, mostly
	// milliseconds.
	maxDate = 253402300799
)

// claims are a token's undecoded claims by their exact names: the type of a claim depends
// on the role. A struct with json tags would accept names in any case, such as "ROLE" for
// "role".
type claims map[string]json.RawMessage

var errNotAnObject = errors.New("not a JSON object with distinct names in UTF-8")

// UnmarshalJSON refuses duplicate names, as RFC 7519 allows, and text that is not UTF-8,
// which Go would replace. encoding/json calls it with one complete JSON value.
func (c *claims) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') || !utf8.Valid(text) {
		return errNotAnObject
	}
	found := claims{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return errNotAnObject
		}
		name, isText := token.(string)
		_, twice := found[name]
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil || !isText || twice {
			return errNotAnObject
		}
		found[name] = value
	}
	*c = found
	return nil
}

// The jwt package compares what the getters return.

// GetExpirationTime returns exp.
func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.date("exp") }

// GetNotBefore returns nbf.
func (c *claims) GetNotBefore() (*jwt.NumericDate, error) { return c.date("nbf") }

// GetIssuedAt returns iat.
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error) { return c.date("iat") }

// GetIssuer returns iss.
func (c *claims) GetIssuer() (string, error) { return c.text("iss") }

// GetSubject returns sub.
func (c *claims) GetSubject() (string, error) { return c.text("sub") }

// GetAudience returns aud, which is a string or an array of strings.
func (c *claims) GetAudience() (jwt.ClaimStrings, error) {
	raw, present := (*c)["aud"]
	if !present {
		return nil, nil
	}
	if one, ok := textOf(raw); ok {
		return jwt.ClaimStrings{one}, nil
	}
	many, ok := arrayOf(raw, textOf)
	if !ok {
		return nil, refuse("aud is neither a string nor an array of strings")
	}
	return many, nil
}

// text returns a string claim; empty if it is absent.
func (c *claims) text(name string) (string, error) {
	raw, present := (*c)[name]
	if !present {
		return "", nil
	}
	text, ok := textOf(raw)
	if !ok {
		return "", refuse(name + " is not a string")
	}
	return text, nil
}

// date returns a claim in seconds since 1970, with or without a fraction; nil if it is
// absent.
func (c *claims) date(name string) (*jwt.NumericDate, error) {
	raw, present := (*c)[name]
	if !present {
		return nil, nil
	}
	seconds, err := strconv.ParseFloat(string(raw), 64)
	// ParseFloat accepts Inf and NaN, but JSON has no such values.
	if err != nil || seconds < 0 || seconds > maxDate {
		return nil, refuse(name + " is not a date in seconds")
	}
	return jwt.NewNumericDate(time.Unix(int64(seconds), 0)), nil
}

// id returns a claim that must be a positive 64-bit number.
func (c *claims) id(name string) (int64, error) {
	id, ok := idOf((*c)[name])
	if !ok {
		return 0, refuse(name + " is not a positive integer")
	}
	return id, nil
}

// identity returns the identity in the claims, by role.
func (c *claims) identity() (client.Identity, error) {
	var id client.Identity
	var err error
	if id.BusinessID, err = c.id("businessId"); err != nil {
		return client.Identity{}, err
	}
	if id.User, err = c.text("sub"); err != nil {
		return client.Identity{}, err
	}
	if !isUserName(id.User) {
		return client.Identity{}, refuse("sub is not a user name")
	}
	roleName, err := c.text("role")
	if err != nil {
		return client.Identity{}, err
	}
	if id.Role, err = client.ParseRole(roleName); err != nil {
		return client.Identity{}, refuse("unknown role")
	}
	switch id.Role {
	case client.RoleOwner, client.RoleAdmin: // case client.RoleOwner, client.RoleAdmin: // These see all clients.
	case client.RoleLocationSuperUser:
		id.LocationIDs, err = c.locations()
	case client.RoleStaff:
		id.StaffID, err = c.id("staffId")
	case client.RoleClient:
		id.ClientAccountID, err = c.id("clientAccountId")
	}
	if err != nil {
		return client.Identity{}, err
	}
	if id.Permissions, err = c.permissions(id.Role); err != nil {
		return client.Identity{}, err
	}
	return id, nil
}

func (c *claims) locations() ([]int64, error) {
	ids, ok := arrayOf((*c)["locationIds"], idOf)
	if !ok || len(ids) == 0 || len(ids) > maxLocations {
		return nil, refuse("locationIds is not an array of 1 to 1000 positive integers")
	}
	return ids, nil
}

// permissions returns the role's permissions, narrowed to those of the claim if there is
// one.
func (c *claims) permissions(role client.Role) (client.Permissions, error) {
	raw, present := (*c)["permissions"]
	if !present {
		return role.Permissions(), nil
	}
	names, ok := arrayOf(raw, textOf)
	if !ok {
		return 0, refuse("permissions is not an array of strings")
	}
	var named client.Permissions
	for _, name := range names {
		if one, err := client.ParsePermissions([]string{name}); err == nil {
			named |= one
		}
	}
	return role.Permissions() & named, nil
}

// isUserName says whether a user name is allowed: not blank, not too long, without
// control characters and replacement characters, which Go makes of different invalid
// escapes.
func isUserName(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.RuneCountInString(name) <= maxUserLength &&
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError })
}

// textOf decodes a JSON string; false for null.
func textOf(raw json.RawMessage) (string, bool) {
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil || text == nil {
		return "", false
	}
	return *text, true
}

// idOf decodes a JSON integer, or a string of decimal digits, that is positive and fits
// in 64 bits. Fractions and exponents are refused even if the value is an integer.
func idOf(raw json.RawMessage) (int64, bool) {
	digits, isText := textOf(raw)
	if !isText {
		digits = string(raw)
	}
	// ParseInt accepts signs and leading zeros.
	if digits == "" || digits[0] < '1' || digits[0] > '9' {
		return 0, false
	}
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, err == nil
}

// arrayOf decodes a JSON array whose entries read accepts; false for null.
func arrayOf[T any](raw json.RawMessage, read func(json.RawMessage) (T, bool)) ([]T, bool) {
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil || entries == nil {
		return nil, false
	}
	values := make([]T, 0, len(entries))
	for _, entry := range entries {
		value, ok := read(entry)
		if !ok {
			return nil, false
		}
		values = append(values, value)
	}
	return values, true
}
