package writing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"clientgraph/internal/client"
)

// canonicalInput returns the arguments of a mutation in a form that is the same for equal
// inputs, whether ids are plain or global and however numbers are written.
func canonicalInput(arguments any) (any, error) {
	text, err := json.Marshal(arguments)
	if err != nil {
		return nil, fmt.Errorf("write an input as JSON: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var read any
	if err := decoder.Decode(&read); err != nil {
		return nil, fmt.Errorf("read an input as JSON: %w", err)
	}
	return canonicalValue(read, ""), nil
}

// canonicalValue is canonicalInput for the value of an argument or property. Entries of a
// list have the name of the list.
func canonicalValue(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		if id, is := idOf(v); is {
			return canonicalID(id, name)
		}
		for key := range v {
			v[key] = canonicalValue(v[key], key)
		}
	case []any:
		for i := range v {
			v[i] = canonicalValue(v[i], name)
		}
	case json.Number:
		if typeOfName(name) != "" {
			return v.String()
		}
		if number, ok := client.DecimalOf(v.String()); ok {
			return number.String()
		}
	case string:
		if id, err := client.ParseID(v); err == nil && typeOfName(name) != "" {
			return canonicalID(id, name)
		}
	}
	return value
}

// idOf reads an ID from its JSON.
func idOf(object map[string]any) (client.ID, bool) {
	typeName, isText := object["Type"].(string)
	number, isNumber := object["Number"].(json.Number)
	if !isText || !isNumber || len(object) != 2 {
		return client.ID{}, false
	}
	id, err := client.ParseID(number.String())
	id.Type = typeName
	return id, err == nil
}

// canonicalID returns the text of an id: plain if its type is the one that the name
// stands for.
func canonicalID(id client.ID, name string) string {
	if id.Type == typeOfName(name) {
		id.Type = ""
	}
	return id.String()
}

// typeOfName returns the type of the ids in an argument or property of that name; empty
// if it has no global ids.
func typeOfName(name string) string {
	name = strings.ToLower(name)
	switch {
	case !strings.HasSuffix(name, "id") && !strings.HasSuffix(name, "ids") && name != strings.ToLower(client.InputSubjects):
		return ""
	case strings.Contains(name, "client") && !strings.Contains(name, "account"):
		return client.TypeClient
	case strings.Contains(name, "fielddefn"):
		return client.TypeFieldDefinition
	}
	return ""
}
