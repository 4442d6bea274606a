package writing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"clientgraph/internal/client"
)

// sameInput brings the arguments of a mutation into a form that is the same for
// the same input: a client's plain and global id are one, and so are equal
// numbers, however they are written.
func sameInput(arguments any) (any, error) {
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
	return sameValue(read, ""), nil
}

// sameValue is sameInput for what stands under a name. Entries of a list have the
// list's.
func sameValue(value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		if id, is := idOf(v); is {
			return samePlain(id, name)
		}
		for key := range v {
			v[key] = sameValue(v[key], key)
		}
	case []any:
		for i := range v {
			v[i] = sameValue(v[i], name)
		}
	case json.Number:
		if typeNamed(name) != "" {
			return v.String()
		}
		if number, ok := client.DecimalOf(v.String()); ok {
			return number.String()
		}
	case string:
		if id, err := client.ParseID(v); err == nil && typeNamed(name) != "" {
			return samePlain(id, name)
		}
	}
	return value
}

// idOf reads an ID as JSON has it.
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

// samePlain is the text of an id: plain where its type is the one that its name
// stands for.
func samePlain(id client.ID, name string) string {
	if id.Type == typeNamed(name) {
		id.Type = ""
	}
	return id.String()
}

// typeNamed is the type of what an argument, or a property of an input, of that
// name identifies; empty for one that is no id with a global form.
func typeNamed(name string) string {
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
