package e2e_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/testsize"
)

const updateMutation = `mutation ($id: ID!, $input: UpdateClientInput!, $version: Int) {
	updateClient(clientId: $id, input: $input, expectedVersion: $version) {
		client { clientId version } userErrors { code message field } conflict { currentVersion changedPaths } } }`

// TestUpdateClearsWhatItLeavesOut, but for what the business thinks of the
// client, its secrets and its edges.
func TestUpdateClearsWhatItLeavesOut(t *testing.T) {
	api := reference(t)
	input, want := values{}, values{}
	for _, p := range writable() {
		input[p.Name], _ = sent(p)
		want[p.Name] = cleared(p)
	}
	input["password"], input["ssn"] = "correct horse", "123-45-6789"
	input["fields"] = []any{field("322530", 37.5), field("322533", "A friend"), field("322534", "Root beer")}
	input["clientIdsClientCanView"], input["viewClientAccountIds"] = []any{"4658091"}, []any{"1151044"}
	id := create(t, api, owner(), input)
	retire(t, api, "322533")
	hash := hashOf(t, api, id)
	const rest = ` clientAccountId ssn clientIdsClientCanView viewClientAccountIds createdUser createdDate fieldDataMapJson`
	before := read(t, api, owner(), id, rest)
	payload(t, api, owner(), updateMutation, values{"id": id, "version": 1, "input": person(values{"password": nil, "fields": []any{field("322530", 5)}})})
	maps.Copy(want, values{
		"firstName": "Ada", "lastName": "Bell", "fullName": "Ada Bell", "emailAddress": "ada@example.com", "status": "BLACKLISTED", "blocked": true,
	})
	if diff := gocmp.Diff(want, read(t, api, owner(), id, selection())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	after := read(t, api, owner(), id, rest)
	before["fieldDataMapJson"] = `{"322516":"Ada","322517":"Bell","322518":"Ada Bell","322520":"ada@example.com","322530":5}`
	if diff := gocmp.Diff(before, after); diff != "" {
		t.Errorf("what stays (-want +got):\n%s", diff)
	}
	if hashOf(t, api, id) != hash {
		t.Error("the password is another one")
	}
	if kept := document(t, api, "clients", bson.D{{Key: "_id", Value: number(t, id)}})["fields"]; !strings.Contains(fmt.Sprint(kept), "A friend") {
		t.Errorf("a retired field's value is gone: %v", kept)
	}
	payload(t, api, owner(), updateMutation, values{"id": id, "input": person(values{
		"status": "ACTIVE", "blocked": nil, "ssn": nil, "clientIdsClientCanView": nil, "viewClientAccountIds": []any{},
	})})
	got := read(t, api, owner(), id, `status blocked ssn clientIdsClientCanView viewClientAccountIds version`)
	if diff := gocmp.Diff(values{"status": "ACTIVE", "blocked": false, "ssn": nil, "clientIdsClientCanView": []any{}, "viewClientAccountIds": []any{}, "version": 3.0}, got); diff != "" {
		t.Errorf("what was named (-want +got):\n%s", diff)
	}
}

// TestUpdateTellsAllThatIsWrong at once, and requires what a new client requires.
func TestUpdateTellsAllThatIsWrong(t *testing.T) {
	api := reference(t)
	for _, test := range []struct {
		input values
		want  []failure
	}{
		{values{}, []failure{{"REQUIRED", "input.firstName"}, {"REQUIRED", "input.lastName"}, {"REQUIRED", "input.emailAddress"}}},
		{
			values{"firstName": "Ada", "emailAddress": "nobody", "status": nil, "fields": []any{field("322517", " ")}, "password": "short"},
			[]failure{{"REQUIRED", "input.status"}, {"INVALID_EMAIL", "input.emailAddress"}, {"REQUIRED", "input.fields.0.value"}, {"INVALID_PASSWORD", "input.password"}},
		},
		{person(values{"clientIdsClientCanView": []any{"4658091", "1"}}), []failure{{"SELF_VIEW", "input.clientIdsClientCanView.0"}, {"NOT_FOUND", "input.clientIdsClientCanView.1"}}},
	} {
		nothingWritten(t, api, func() {
			answered := only(t, api.MustDo(t, owner(), updateMutation, values{"id": "4658091", "input": test.input}))
			if diff := gocmp.Diff(test.want, failures(t, answered)); diff != "" || answered["client"] != nil {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestUpdateTakesRequiredValuesFromFields that stand for the properties.
func TestUpdateTakesRequiredValuesFromFields(t *testing.T) {
	api := reference(t)
	payload(t, api, owner(), updateMutation, values{"id": "4658091", "input": values{
		"fields": []any{field("322516", "Ada"), field("322517", "Bell"), field("322520", "ada@example.com")},
	}})
	if got := read(t, api, owner(), "4658091", "fullName emailAddress tags"); !gocmp.Equal(got, values{"fullName": "Ada Bell", "emailAddress": "ada@example.com", "tags": []any{}}) {
		t.Errorf("got %v", got)
	}
}

// TestPropertyUpdateIsAPatchOfEverything: an update answers the same as a patch
// that names all that the update leaves out as null.
func TestPropertyUpdateIsAPatchOfEverything(t *testing.T) {
	t.Parallel()
	api := reference(t)
	names := []string{}
	for _, p := range writable() {
		if p.Name != "status" && p.Name != "blocked" {
			names = append(names, p.Name)
		}
	}
	testsize.Check(t, testsize.Of(8, 40, 200), func(r *rapid.T) {
		draw := func(label string) values {
			input := person(nil)
			for _, p := range writable() {
				if rapid.Bool().Draw(r, label+p.Name) {
					input[p.Name], _ = sent(p)
				}
			}
			if rapid.Bool().Draw(r, label+"fields") {
				input["fields"] = []any{field("322530", float64(rapid.IntRange(0, 9_000).Draw(r, label+"points"))/1_000)}
			}
			return input
		}
		first, second := draw("first "), draw("second ")
		updated, patched := create(t, api, owner(), first), create(t, api, owner(), first)
		payload(t, api, owner(), updateMutation, values{"id": updated, "input": second})
		change := maps.Clone(second)
		for _, name := range names {
			if _, named := change[name]; !named {
				change[name] = nil
			}
		}
		if change["fields"] == nil {
			change["fields"] = []any{field("322530", nil)}
		}
		payload(t, api, owner(), patchMutation, values{"id": patched, "patch": change})
		fields := selection() + " fieldDataMapJson version"
		if diff := gocmp.Diff(read(t, api, owner(), patched, fields), read(t, api, owner(), updated, fields)); diff != "" {
			r.Fatalf("(-patched +updated):\n%s", diff)
		}
	})
}

// TestPropertyPatchesCompose: one patch after another leaves what one patch of
// both leaves, the later one's values where both name a property.
func TestPropertyPatchesCompose(t *testing.T) {
	t.Parallel()
	api := reference(t)
	testsize.Check(t, testsize.Of(8, 40, 200), func(r *rapid.T) {
		draw := func(label string) values {
			change := values{"city": label}
			for _, p := range writable() {
				switch rapid.IntRange(0, 3).Draw(r, label+p.Name) {
				case 0:
					change[p.Name], _ = sent(p)
				case 1:
					if p.Name != "status" && p.Name != "firstName" && p.Name != "lastName" && p.Name != "emailAddress" {
						change[p.Name] = nil
					}
				}
			}
			return change
		}
		first, second := draw("first"), draw("second")
		apart, together := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
		payload(t, api, owner(), patchMutation, values{"id": apart, "patch": first})
		payload(t, api, owner(), patchMutation, values{"id": apart, "patch": second})
		both := maps.Clone(first)
		maps.Copy(both, second)
		payload(t, api, owner(), patchMutation, values{"id": together, "patch": both})
		if diff := gocmp.Diff(read(t, api, owner(), together, selection()), read(t, api, owner(), apart, selection())); diff != "" {
			r.Fatalf("(-together +apart):\n%s", diff)
		}
	})
}

// TestClientMayCallItsOwnMutationsOnly: patchClient and both of viewers, on
// itself.
func TestClientMayCallItsOwnMutationsOnly(t *testing.T) {
	api := reference(t)
	may := map[string]bool{"patchClient": true, "addClientViewers": true, "removeClientViewers": true}
	for name, m := range keyedMutations() {
		response := api.Do(t, account(1151044), m.text, m.with(nil, m.variables))
		forbidden := len(response.Errors) == 1 && response.Errors[0].Code() == string(client.CodeForbidden)
		if name == "cancelJob" {
			// Who may make no job sees none.
			forbidden = failures(t, only(t, response.Data))[0].Code == "NOT_FOUND"
		}
		if forbidden == may[name] {
			t.Errorf("%s answers %s", name, response.Body)
		}
		if may[name] && (len(failures(t, only(t, response.Data))) != 1 || failures(t, only(t, response.Data))[0].Code != "NOT_FOUND") {
			t.Errorf("%s of another client answers %s", name, response.Body)
		}
	}
}
