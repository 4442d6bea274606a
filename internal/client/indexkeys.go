package client

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// Prefixes of the keys by which reports find clients.
const (
	keyTag      = "t:"
	keyStaff    = "s:"
	keyLocation = "l:"
	keyReason   = "r:"
	keyField    = "f:"
)

// maxPlainKey bounds a custom value's key in bytes; a longer value is hashed.
const maxPlainKey = 100

// indexKeys are all keys of the client, each once, in order.
func (c *Client) indexKeys() []string {
	keys := c.searchKeys()
	for _, tag := range c.Tags {
		keys = append(keys, tagIndexKey(tag))
	}
	for _, a := range c.Appointments {
		keys = append(keys, numberKey(keyStaff, a.StaffID), numberKey(keyLocation, a.LocationID), numberKey(keyReason, a.ReasonID))
	}
	for i := range Properties() {
		p := &Properties()[i]
		if !p.mappable() {
			continue
		}
		value := valueAt(p.At(c))
		if p.Name == "fullName" {
			value = valueAt(new(c.FullName()))
		}
		if value != nil {
			keys = append(keys, fieldKey(p.Name, value))
		}
	}
	for _, v := range c.FieldValues {
		keys = append(keys, fieldKey(strconv.FormatInt(v.DefinitionID, 10), v.Value))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// tagIndexKey is a tag's key, whatever spaces it was sent with.
func tagIndexKey(tag string) string { return keyTag + TagKey(trimmed(tag)) }

func numberKey(kind string, id int64) string { return kind + strconv.FormatInt(id, 10) }

// fieldKey is equal for two values of a custom field exactly when a filter takes
// them for the same: texts are compared as searches do, by their letters.
func fieldKey(name string, value any) string {
	text := fieldText(value)
	if _, isText := value.(string); isText {
		text = normalise(text)
	}
	return textKey(name, text)
}

// textKey is the key of a value that is written in one way only.
func textKey(name, text string) string {
	if len(text) > maxPlainKey {
		sum := sha256.Sum256([]byte(text))
		text = "#" + hex.EncodeToString(sum[:])
	}
	return keyField + name + "=" + text
}
