package e2e_test

import (
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

// plainFields are the properties that a field of Client answers as they are.
func plainFields(t *testing.T) []*client.Property {
	t.Helper()
	var plain []*client.Property
	fields := apitest.Definition(t, "Client").Fields
	for i := range client.Properties() {
		p := &client.Properties()[i]
		// These are derived, objects, connections, or masked, or hold only what the caller may see.
		special := p.Name == "timeZone" || p.Name == "fullName" || p.Name == "ssn" || p.Name == client.NameFields || p.Name == client.NameMerged || p.Name == client.NameAliases || p.Name == client.NameAppointments
		if fields.ForName(p.Name) != nil && !special {
			plain = append(plain, p)
		}
	}
	if len(plain) < 50 {
		t.Fatalf("only %d plain fields", len(plain))
	}
	return plain
}

// TestPropertiesAppendWhatTheirFieldsAnswer: what a property appends as JSON is,
// byte for byte, what its field answers, of a client with a value in every property
// that can be written, and of one with none.
func TestPropertiesAppendWhatTheirFieldsAnswer(t *testing.T) {
	api := apitest.New(t)
	full := values{}
	for _, p := range writable() {
		value, _ := sent(p)
		if text, isText := value.(string); isText && special[p.Name].sent == nil {
			value = text + " <b>\"&'\\ \u2028/ caf\u00e9"
		}
		full[p.Name] = value
	}
	full["notes"] = "one\r\n\t\"two\"\\"
	least := values{"firstName": "A", "lastName": "B", "emailAddress": "a@example.com"}
	for name, input := range map[string]values{"full": full, "least": least} {
		id := create(t, api, owner(), input)
		number, err := client.ParseID(id)
		if err != nil {
			t.Fatal(err)
		}
		c, err := api.Service.Client(t.Context(), apitest.OwnerScope(owner().BusinessID), number, client.SelectAll())
		if err != nil {
			t.Fatal(err)
		}
		var query strings.Builder
		want := []byte(`{"data":{"client":{`)
		for i, p := range plainFields(t) {
			if i > 0 {
				want = append(want, ',')
			}
			query.WriteString(" " + p.Name)
			want = client.AppendText(want, p.Name)
			want = append(want, ':')
			want = p.AppendJSON(want, c)
		}
		want = append(want, `}}}`...)
		answer := api.Do(t, owner(), "query ($id: ID!) { client(clientId: $id) {"+query.String()+" } }", values{"id": id})
		if got := strings.TrimSpace(string(answer.Body)); got != string(want) {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}
