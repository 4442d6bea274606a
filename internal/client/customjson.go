package client

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// FieldData is a custom field's value in the form of JSON answers.
type FieldData struct {
	ID    int64 `json:"schedulerPreferenceFieldDefnId"`
	Value any   `json:"value"`
}

// DataList returns the custom fields of a client that have a value, ordered by id.
func (d Definitions) DataList(c *Client) []FieldData {
	list := []FieldData{}
	for i := range d {
		if d[i].Retired {
			continue
		}
		if value := d[i].valueOf(c); value != nil {
			list = append(list, FieldData{d[i].DefinitionID, value})
		}
	}
	return list
}

// DataMap returns the values of DataList by field id.
func (d Definitions) DataMap(c *Client) map[string]any {
	byID := map[string]any{}
	for _, field := range d.DataList(c) {
		byID[strconv.FormatInt(field.ID, 10)] = field.Value
	}
	return byID
}

// AppendJSON appends a value as encoding/json does, which the scalar JSON uses.
func AppendJSON(dst []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		if isPlain(v) {
			return append(append(append(dst, '"'), v...), '"'), nil
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		return dst, fmt.Errorf("write JSON: %w", err)
	}
	return append(dst, text...), nil
}

// isPlain says whether encoding/json escapes nothing in a text.
func isPlain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; c {
		case '"', '\\', '<', '>', '&':
			return false
		default:
			if c < ' ' || c > '~' {
				return false
			}
		}
	}
	return true
}
