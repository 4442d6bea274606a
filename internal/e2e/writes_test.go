package e2e_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/client"
	"clientgraph/internal/sample"
	"clientgraph/internal/secret"
)

// special are the properties whose values are not any text, number, flag or list
// of texts: what is sent, and what is read then.
var special = map[string]struct{ sent, read any }{
	"status":                     {"BLACKLISTED", "BLACKLISTED"},
	"emailAddress":               {" Ada@Example.com ", "Ada@Example.com"},
	"dateOfBirth":                {728611200000, "1993-02-02"},
	"imageUrl":                   {"https://example.com/ada.png?size=1", "https://example.com/ada.png?size=1"},
	"locale":                     {"pt-br", "pt-BR"},
	"timeZone":                   {"Asia/Kathmandu", values{"timeZoneId": "Asia/Kathmandu"}},
	"notes":                      {"first line\nsecond\tline", "first line\nsecond\tline"},
	"alertNotes":                 {[]any{"late\nagain", "late\nagain"}, []any{"late\nagain", "late\nagain"}},
	"tags":                       {[]any{" Red ", "RED", "re\u0301gulier", "r\u00e9gulier", "Blue"}, []any{"Red", "r\u00e9gulier", "Blue"}},
	"excludeEmailCategoryIdList": {[]any{"9", 5, "9007199254740993"}, []any{"9", "5", "9007199254740993"}},
	"excludeEmailTemplateIdList": {[]any{"-1"}, []any{"-1"}},
	"latitude":                   {-90, float64(-90)},
	"longitude":                  {180.0, float64(180)},
}

// cleared is what is read of a property that was set to null; texts, numbers and
// flags that may be unknown are null, and lists are empty.
func cleared(p *client.Property) any {
	switch p.At(&client.Client{}).(type) {
	case *bool:
		return false
	case *[]string, *[]int64:
		return []any{}
	}
	return nil
}

// sample values of each kind, unless they are special.
func sent(p *client.Property) (value, read any) {
	if s, ok := special[p.Name]; ok {
		return s.sent, s.read
	}
	switch p.At(&client.Client{}).(type) {
	case **bool, *bool:
		return true, true
	case *[]string:
		list := []any{"one of " + p.Name, "Two", "two"}
		return list, list
	}
	text := "  some " + p.Name + " \u00e9\u5c71\U0001f600 "
	if p.Is(client.Trims) {
		return text, strings.TrimSpace(text)
	}
	return text, text
}

func writable() []*client.Property {
	var all []*client.Property
	table := client.Properties()
	for i := range table {
		if table[i].Writable() {
			all = append(all, &table[i])
		}
	}
	return all
}

// selection selects all writable properties.
func selection() string {
	var fields []string
	for _, p := range writable() {
		fields = append(fields, p.Name)
	}
	return strings.Replace(strings.Join(fields, " "), "timeZone", "timeZone { timeZoneId }", 1)
}

// TestEveryPropertyIsWrittenAndRead writes each writable property, reads it
// back, clears it and sets it again; nothing else changes meanwhile.
func TestEveryPropertyIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	api := reference(t)
	input, want := values{}, values{}
	for _, p := range writable() {
		input[p.Name], want[p.Name] = sent(p)
	}
	id := create(t, api, owner(), input)
	if diff := gocmp.Diff(want, read(t, api, owner(), id, selection())); diff != "" {
		t.Fatalf("after create (-want +got):\n%s", diff)
	}
	version := float64(1)
	for _, p := range writable() {
		t.Run(p.Name, func(t *testing.T) {
			switch p.Name {
			case "firstName", "lastName", "emailAddress", "status":
				nothingWritten(t, api, func() {
					answered := only(t, api.MustDo(t, owner(), patchMutation, values{"id": id, "patch": values{p.Name: nil}}))
					if diff := gocmp.Diff([]failure{{"REQUIRED", "patch." + p.Name}}, failures(t, answered)); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
				})
				return
			}
			without := maps.Clone(want)
			without[p.Name] = cleared(p)
			if p.Name == "fullName" {
				without["fullName"] = want["firstName"].(string) + " " + want["lastName"].(string)
			}
			for _, step := range []struct {
				value any
				want  values
			}{{nil, without}, {input[p.Name], want}} {
				version++
				if got := patch(t, api, owner(), id, values{p.Name: step.value})["version"]; got != version {
					t.Errorf("version %v, want %v", got, version)
				}
				if diff := gocmp.Diff(step.want, read(t, api, owner(), id, selection())); diff != "" {
					t.Errorf("after %v (-want +got):\n%s", step.value, diff)
				}
			}
		})
	}
}

// What is left out of a new client is empty, and null is as if left out.
func TestNewClientIsEmptyWhereNothingWasGiven(t *testing.T) {
	api := reference(t)
	nulls := values{"password": nil, "ssn": nil, "fields": nil, "clientIdsClientCanView": nil, "viewClientAccountIds": nil}
	want := values{}
	for _, p := range writable() {
		want[p.Name] = cleared(p)
		if p.Name != "status" {
			nulls[p.Name] = nil
		}
	}
	maps.Copy(want, values{"firstName": "Ada", "lastName": "Bell", "fullName": "Ada Bell", "emailAddress": "ada@example.com", "status": "ACTIVE"})
	for _, input := range []values{person(nil), func() values { maps.Copy(nulls, person(nil)); return nulls }()} {
		id := create(t, api, owner(), input)
		if diff := gocmp.Diff(want, read(t, api, owner(), id, selection())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		got := read(t, api, owner(), id, `version deleted active sanitized businessId clientAccountId ssn parentBusinessId modifiedDate modifiedUser createdUser
			viewClients { clientId } viewByClients { clientId } activeAppointmentCount formList { formId } fieldDataMapJson`)
		wantRest := fromJSON(t, `{"version": 1, "deleted": false, "active": true, "sanitized": false, "businessId": "43111", "clientAccountId": null, "ssn": null,
			"parentBusinessId": null, "modifiedDate": null, "modifiedUser": null, "createdUser": "owner", "viewClients": [], "viewByClients": [],
			"activeAppointmentCount": 0, "formList": [],
			"fieldDataMapJson": "{\"322516\":\"Ada\",\"322517\":\"Bell\",\"322518\":\"Ada Bell\",\"322520\":\"ada@example.com\"}"}`)
		if diff := gocmp.Diff(plain(wantRest), plain(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestUnchangedWriteWritesNothing: what is sent as it is, in whatever spelling,
// is no change: no version, no history, no row of the feed.
func TestUnchangedWriteWritesNothing(t *testing.T) {
	api := reference(t)
	input := values{}
	for _, p := range writable() {
		input[p.Name], _ = sent(p)
	}
	input["ssn"] = "123-45-6789"
	input["fields"] = []any{field("322530", 37.5), field("322531", true), field("322532", "2018-04-17"), field("322533", "A friend"), field("322534", "Root beer")}
	input["clientIdsClientCanView"] = []any{"4658091", "4922146"}
	input["viewClientAccountIds"] = []any{"1151044"}
	id := create(t, api, owner(), input)
	again := maps.Clone(input)
	maps.Copy(again, values{
		"ssn": "123456789", "dateOfBirth": "1993-02-02", "locale": "pt-BR", "emailAddress": "Ada@Example.com", "password": nil,
		"tags": []any{"Red", "r\u00e9gulier", "Blue"}, "clientIdsClientCanView": []any{"4922146", 4658091, "4922146"},
		"viewClientAccountIds": "1151044", "fields": []any{field(322534, "Root beer"), field(322532, 1523923200000)},
	})
	nothingWritten(t, api, func() {
		for _, change := range []values{input, again} {
			if got := patch(t, api, owner(), id, change)["version"]; got != float64(1) {
				t.Errorf("version %v after nothing", got)
			}
		}
		// Nothing from nothing.
		patch(t, api, owner(), "5966842", values{
			"tags": []any{}, "notes": nil, "alertNotes": nil, "blocked": nil, "ssn": nil, "clientIdsClientCanView": nil,
			"viewClientAccountIds": []any{}, "fields": []any{field("322530", nil)}, "fullName": nil,
		})
	})
}

// TestStaleVersionChangesNothing: a write meant for another version answers what
// is there and what changed since.
func TestStaleVersionChangesNothing(t *testing.T) {
	api := reference(t)
	patch(t, api, owner(), "4658091", values{"city": "Here", "tags": []any{"New"}})
	patch(t, api, owner(), "4658091", values{"city": "There", "fields": []any{field("322530", 5)}, "clientIdsClientCanView": []any{"4922146"}})
	patch(t, api, owner(), "4658091", values{"ssn": "123-45-6789", "password": "correct horse", "fields": []any{field("322516", "Jon")}})
	for _, test := range []struct {
		expected int
		want     []any
	}{
		{1, []any{"city", "clientIdsClientCanView", "fields.322530", "firstName", "password", "ssn", "tags"}},
		{2, []any{"city", "clientIdsClientCanView", "fields.322530", "firstName", "password", "ssn"}},
		{3, []any{"firstName", "password", "ssn"}},
		{0, []any{"city", "clientAccountId", "clientIdsClientCanView"}},
		{5, []any{}},
		{-1, nil},
	} {
		nothingWritten(t, api, func() {
			for name, mutation := range map[string]string{"patch": patchMutation, "delete": deleteMutation, "restore": restoreMutation} {
				variables := values{"id": "4658091", "version": test.expected}
				if name == "patch" {
					variables["patch"] = values{"state": "NY"}
				}
				answered := only(t, api.MustDo(t, owner(), mutation, variables))
				if diff := gocmp.Diff([]failure{{"VERSION_CONFLICT", "expectedVersion"}}, failures(t, answered)); diff != "" {
					t.Errorf("%s of %d (-want +got):\n%s", name, test.expected, diff)
				}
				if got := answered["client"].(values); got["clientId"] != "4658091" || got["version"] != float64(4) {
					t.Errorf("%s of %d answers %v", name, test.expected, got)
				}
				conflict := answered["conflict"].(values)
				if conflict["currentVersion"] != float64(4) {
					t.Errorf("%s of %d: current version %v", name, test.expected, conflict["currentVersion"])
				}
				if paths, _ := conflict["changedPaths"].([]any); test.expected > 0 && !gocmp.Equal(test.want, paths) {
					t.Errorf("%s of %d: changed are %v, want %v", name, test.expected, paths, test.want)
				}
			}
		})
	}
	answered := payload(t, api, owner(), patchMutation, values{"id": "4658091", "version": 4, "patch": values{"state": "NY"}})
	if answered["conflict"] != nil || answered["client"].(values)["version"] != float64(5) {
		t.Errorf("the right version answers %v", answered)
	}
}

// A version that is refused is told before what is wrong with the patch is
// looked for among other clients, and a deleted client before its version.
func TestDeletedClientIsPatchedAfterRestoring(t *testing.T) {
	api := reference(t)
	payload(t, api, owner(), deleteMutation, values{"id": "4658091", "version": 1})
	nothingWritten(t, api, func() {
		for _, version := range []any{nil, 1, 2} {
			answered := only(t, api.MustDo(t, owner(), patchMutation, values{"id": "4658091", "patch": values{"city": "Here"}, "version": version}))
			if diff := gocmp.Diff([]failure{{"CLIENT_DELETED", "clientId"}}, failures(t, answered)); diff != "" || answered["client"] != nil {
				t.Errorf("answered %v", answered)
			}
		}
	})
	payload(t, api, owner(), restoreMutation, values{"id": "4658091", "version": 2})
	patch(t, api, owner(), "4658091", values{"city": "Here"})
}

func TestDeleteAndRestoreAreIdempotent(t *testing.T) {
	api := reference(t)
	state := func(mutation string) values {
		return payload(t, api, owner(), mutation, values{"id": "4658091"})["client"].(values)
	}
	nothingWritten(t, api, func() {
		if got := state(restoreMutation); got["version"] != float64(1) || got["deleted"] != false {
			t.Errorf("restoring the live answers %v", got)
		}
	})
	if got := state(deleteMutation); got["version"] != float64(2) || got["deleted"] != true {
		t.Errorf("deleting answers %v", got)
	}
	nothingWritten(t, api, func() {
		if got := state(deleteMutation); got["version"] != float64(2) || got["deleted"] != true {
			t.Errorf("deleting the deleted answers %v", got)
		}
	})
	seen := func() []bool {
		data := api.MustDo(t, owner(), `{ clients { clientId } node(id: "4658091") { ... on Client { clientId deleted active } }
			live: clientConnection(first: 100) { nodes { clientId } } all: clientConnection(first: 100, filter: {includeDeleted: true}) { nodes { clientId } } }`, nil)
		found := data["node"].(values)
		if found["deleted"] == found["active"] {
			t.Errorf("deleted and active are %v", found)
		}
		return []bool{
			slices.Contains(ids(data["clients"]), "4658091"), found["active"].(bool),
			slices.Contains(ids(data["live"].(values)["nodes"]), "4658091"), slices.Contains(ids(data["all"].(values)["nodes"]), "4658091"),
		}
	}
	if diff := gocmp.Diff([]bool{false, false, false, true}, seen()); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	if got := state(restoreMutation); got["version"] != float64(3) || got["deleted"] != false {
		t.Errorf("restoring answers %v", got)
	}
	if diff := gocmp.Diff([]bool{true, true, true, true}, seen()); diff != "" {
		t.Errorf("restored (-want +got):\n%s", diff)
	}
}

// TestSecretsAreKeptNowhereInClear looks for a password and a number in all that
// the server answers, logs and stores.
func TestSecretsAreKeptNowhereInClear(t *testing.T) {
	api := reference(t)
	const password, ssn = "correct horse battery", "987-65-0471"
	id := create(t, api, owner(), person(values{"password": password, "ssn": ssn}))
	login := read(t, api, owner(), id, "clientAccountId ssn")
	if login["clientAccountId"] == nil || login["ssn"] != ssn {
		t.Errorf("got %v", login)
	}
	first := hashOf(t, api, id)
	patch(t, api, owner(), id, values{"password": password + "!", "ssn": nil})
	if got := read(t, api, owner(), id, "clientAccountId ssn"); got["clientAccountId"] != login["clientAccountId"] || got["ssn"] != nil {
		t.Errorf("a new password and no number give %v", got)
	}
	if second := hashOf(t, api, id); second == first || !strings.HasPrefix(second, "$argon2id$") {
		t.Errorf("the hashes are %s and %s", first, second)
	} else if matches, err := secret.NewHasher(1).Matches(t.Context(), password+"!", second); !matches {
		t.Errorf("the hash is not of the new password: %v", err)
	}
	// Neither null nor a password that is refused takes the old one away.
	patch(t, api, owner(), id, values{"password": nil, "city": "Here"})
	api.MustDo(t, owner(), patchMutation, values{"id": id, "patch": values{"password": "short"}})
	if third := hashOf(t, api, id); third == first || third == "" {
		t.Errorf("the hash is %q", third)
	}
	for _, collection := range []string{"clients", "clientHistory", "changes", "counters"} {
		for _, row := range rows(t, api, collection) {
			for _, secret := range []string{password, ssn, "987650471"} {
				if strings.Contains(row, secret) {
					t.Errorf("%s holds %s in clear: %s", collection, secret, row)
				}
			}
		}
	}
	if log := api.Log.String(); strings.Contains(log, password) || strings.Contains(log, ssn) {
		t.Error("the log holds a secret")
	}
}

// A new account can be used by its client at once, and a business's accounts are
// its own.
func TestPasswordGivesAnAccount(t *testing.T) {
	api := reference(t)
	patch(t, api, owner(), "5143212", values{"password": "correct horse"})
	login := read(t, api, owner(), "5143212", "clientAccountId")["clientAccountId"].(string)
	me := api.MustDo(t, account(number(t, login)), `{ me { role client { clientId clientAccountId viewClients { clientId } } } }`, nil)
	want := fromJSON(t, `{"me": {"role": "CLIENT", "client": {"clientId": "5143212", "clientAccountId": "`+login+`", "viewClients": [{"clientId": "4658091"}]}}}`)
	if diff := gocmp.Diff(want, any(me)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	data, err := sample.Reference()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range data.Clients {
		if c.ClientAccountID != nil && number(t, login) <= *c.ClientAccountID {
			t.Errorf("the account %s is not above %d, which was imported", login, *c.ClientAccountID)
		}
	}
	if response := api.Do(t, client.Identity{BusinessID: 77, User: "web", Role: client.RoleClient, Permissions: client.Write, ClientAccountID: number(t, login)}, `{ me { user } }`, nil); response.Status != 401 {
		t.Errorf("another business takes the account: %s", response.Body)
	}
}
