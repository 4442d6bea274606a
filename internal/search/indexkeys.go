package search

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"clientgraph/internal/client"
)

// KeySpeltBefore returns the key of a text by the previous rules, if it differs.
func KeySpeltBefore(key string, raw any) []string {
	text, isText := raw.(string)
	if !isText || normaliseBefore(text) == Normalise(text) {
		return nil
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(key, keyField), "=")
	if key != textKey(name, Normalise(text)) {
		// It is not the key of a text.
		return nil
	}
	return []string{textKey(name, normaliseBefore(text))}
}

// FilterKey returns the index key of a value of the field.
func FilterKey(f *client.FieldDefinition, raw any) (string, *client.Error) {
	name, value := strconv.FormatInt(f.DefinitionID, 10), any(nil)
	if p := f.Property(); p != nil {
		// The property's rule does not apply: a value that no client can have finds no
		// clients.
		decoded, err := client.DecodeScalar(p, raw)
		if err != nil {
			return "", err
		}
		name, value = p.Name, decoded
	} else {
		asked := *f
		if asked.Type == client.FieldChoice {
			// A choice that can't be created finds no clients.
			asked.Type = client.FieldText
		}
		decoded, err := asked.Decode(raw)
		if err != nil {
			return "", err
		}
		value = decoded
	}
	return FieldKey(name, value), nil
}

// Prefixes of the index keys by which reports find clients.
const (
	keyTag      = "t:"
	KeyStaff    = "s:"
	KeyLocation = "l:"
	KeyReason   = "r:"
	keyField    = "f:"
	keyBirthday = "b:"
	keyMissing  = "n:"
)

// maxPlainKey bounds a custom value's key in bytes; a longer value is hashed.
const maxPlainKey = 100

// indexKeys returns all index keys of the client, sorted and without duplicates.
func indexKeys(c *client.Client) []string {
	keys := searchKeys(c)
	for _, tag := range c.Tags {
		keys = append(keys, TagIndexKey(tag))
	}
	for _, a := range c.Appointments {
		keys = append(keys, NumberKey(KeyStaff, a.StaffID), NumberKey(KeyLocation, a.LocationID), NumberKey(KeyReason, a.ReasonID))
	}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if !p.Mappable() {
			continue
		}
		value := p.Value(c)
		if p.Name == "fullName" {
			value = client.Deref(c.FullName())
		}
		if value != nil {
			keys = append(keys, FieldKey(p.Name, value))
		}
	}
	for _, v := range c.FieldValues {
		keys = append(keys, FieldKey(strconv.FormatInt(v.DefinitionID, 10), v.Value))
	}
	if birthday := c.SafeDateOfBirth(); birthday != nil {
		keys = append(keys, BirthdayKey(*birthday))
	}
	for _, trait := range client.Traits() {
		if !c.Has(trait) {
			keys = append(keys, MissingKey(trait))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// BirthdayKey returns the index key of a birthday, given as MM-DD.
func BirthdayKey(day string) string { return keyBirthday + day }

// MissingKey returns the index key of clients without a trait.
func MissingKey(trait client.Trait) string { return keyMissing + string(trait) }

// TagIndexKey returns the index key of a tag, ignoring outer spaces.
func TagIndexKey(tag string) string { return keyTag + client.TagKey(client.Trimmed(tag)) }

// NumberKey returns the index key of a number of that kind.
func NumberKey(kind string, id int64) string { return kind + strconv.FormatInt(id, 10) }

// FieldKey returns the index key of a custom field's value. It is equal for values that a
// filter treats as equal: texts are compared as searches do, by their letters.
func FieldKey(name string, value any) string {
	text := client.TextOf(value)
	if _, isText := value.(string); isText {
		text = Normalise(text)
	}
	return textKey(name, text)
}

// textKey returns the key of a value that has only one spelling.
func textKey(name, text string) string {
	if len(text) > maxPlainKey {
		sum := sha256.Sum256([]byte(text))
		text = "#" + hex.EncodeToString(sum[:])
	}
	return keyField + name + "=" + text
}
