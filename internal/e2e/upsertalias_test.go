package e2e_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
)

// known are a client's names and aliases.
const known = "emailAddress externalUserName stripeCustomerId aliases { field value }"

// absorbed makes two clients of an address and a name each, and folds the second
// into the first.
func absorbed(t *testing.T, api *apitest.API) (survivor, mergeID string) {
	t.Helper()
	survivor = create(t, api, owner(), person(values{"emailAddress": "p@example.com", "externalUserName": "p.name", "stripeCustomerId": "cus_p"}))
	folded := create(t, api, owner(), person(values{"emailAddress": "Q@example.com", "externalUserName": "q.name", "stripeCustomerId": "cus_q"}))
	return survivor, merge(t, api, survivor, folded)
}

// fieldOf is the custom field that stands for a property.
func fieldOf(t *testing.T, api *apitest.API, property string) string {
	t.Helper()
	for _, definition := range api.MustDo(t, owner(), `{ fieldDefinitions { schedulerPreferenceFieldDefnId propertyCode } }`, nil)["fieldDefinitions"].([]any) {
		if d := definition.(values); d["propertyCode"] == property {
			return d["schedulerPreferenceFieldDefnId"].(string)
		}
	}
	t.Fatalf("no custom field stands for %s", property)
	return ""
}

// TestUpsertByAnAliasLeavesTheMainValue: what a system sends that knows the client
// as one that was merged away changes nothing, however often it comes, also in
// another case, and as a custom field that stands for the property.
func TestUpsertByAnAliasLeavesTheMainValue(t *testing.T) {
	api := reference(t)
	survivor, _ := absorbed(t, api)
	field := fieldOf(t, api, "emailAddress")
	mapped := func(value string) values {
		return values{"fields": []any{values{"schedulerPreferenceFieldDefnId": field, "value": value}}}
	}
	before := read(t, api, owner(), survivor, "version "+known)
	for name, sent := range map[string]struct{ by, input values }{
		"the alias":                         {values{"emailAddress": "q@example.com"}, values{"emailAddress": "q@example.com"}},
		"in another case":                   {values{"emailAddress": " q@EXAMPLE.com "}, values{"emailAddress": "  Q@Example.COM"}},
		"as a custom field":                 {values{"emailAddress": "q@example.com"}, mapped(" Q@example.com")},
		"the name":                          {values{"externalUserName": "q.name"}, values{"externalUserName": "q.name"}},
		"all of the merged client":          {values{"externalUserName": "q.name"}, values{"externalUserName": "q.name", "emailAddress": "q@example.com", "stripeCustomerId": "cus_q"}},
		"found by the alias of an address":  {values{"emailAddress": "q@example.com"}, values{"externalUserName": "q.name"}},
		"found by the main address":         {values{"emailAddress": "p@example.com"}, values{"externalUserName": "q.name"}},
		"found by the main name":            {values{"externalUserName": "p.name"}, values{"emailAddress": "Q@example.com"}},
		"all of the client that survived":   {values{"emailAddress": "p@example.com"}, values{"externalUserName": "p.name", "emailAddress": "p@example.com", "stripeCustomerId": "cus_p"}},
		"the main name and the other's id":  {values{"externalUserName": "p.name"}, values{"stripeCustomerId": "cus_q"}},
		"the main address as a field":       {values{"externalUserName": "q.name"}, mapped("p@example.com")},
		"the alias without saying it again": {values{"emailAddress": "q@example.com"}, values{"firstName": "Ada"}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				nothingWritten(t, api, func() {
					if id, created := upsert(t, api, sent.by, sent.input); id != survivor || created {
						t.Errorf("made %s, not %s", id, survivor)
					}
				})
			}
		})
	}
	if diff := gocmp.Diff(before, read(t, api, owner(), survivor, "version "+known)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestSystemsThatSyncNeverUndoAMerge: each of two systems sends what it knows and
// what it changes, in turn; both go on finding the one client, whose names stay.
func TestSystemsThatSyncNeverUndoAMerge(t *testing.T) {
	api := reference(t)
	survivor, mergeID := absorbed(t, api)
	want := read(t, api, owner(), survivor, known)
	for _, city := range []string{"Oslo", "Rome", "Oslo"} {
		for _, system := range []struct{ by, input values }{
			{values{"emailAddress": "q@example.com"}, values{"emailAddress": "q@example.com", "externalUserName": "q.name", "city": city}},
			{values{"externalUserName": "p.name"}, values{"emailAddress": "p@example.com", "externalUserName": "p.name", "city": city + " 2"}},
		} {
			if id, created := upsert(t, api, system.by, system.input); id != survivor || created {
				t.Fatalf("made %s, not %s", id, survivor)
			}
			if got := read(t, api, owner(), survivor, "city")["city"]; got != system.input["city"] {
				t.Errorf("the city is %v", got)
			}
		}
	}
	if diff := gocmp.Diff(want, read(t, api, owner(), survivor, known)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	unmerge(t, api, mergeID)
	if got := read(t, api, owner(), survivor, "emailAddress")["emailAddress"]; got != "p@example.com" {
		t.Errorf("the address is %v", got)
	}
}

// TestUpsertOfANewValueReplacesTheMainOne: what no merged client was known by is
// news, and so is an alias for whoever names the client by its id.
func TestUpsertOfANewValueReplacesTheMainOne(t *testing.T) {
	api := reference(t)
	survivor, _ := absorbed(t, api)
	upsert(t, api, values{"externalUserName": "q.name"}, values{"emailAddress": "new@example.com"})
	if got := read(t, api, owner(), survivor, "emailAddress")["emailAddress"]; got != "new@example.com" {
		t.Errorf("the address is %v", got)
	}
	upsert(t, api, values{"clientId": survivor}, values{"emailAddress": "q@example.com"})
	if got := read(t, api, owner(), survivor, "emailAddress")["emailAddress"]; got != "q@example.com" {
		t.Errorf("by its id, the address is %v", got)
	}
}

// TestNamesThatDifferInSpacesAreTwo: a name in another system is compared as it is,
// so the one that loses a merge stays an alias, and is found.
func TestNamesThatDifferInSpacesAreTwo(t *testing.T) {
	api := reference(t)
	survivor := create(t, api, owner(), person(values{"externalUserName": "ann"}))
	merge(t, api, survivor, create(t, api, owner(), person(values{"externalUserName": " ann"})))
	if id, created := upsert(t, api, values{"externalUserName": " ann"}, values{}); id != survivor || created {
		t.Errorf("made %s, not %s", id, survivor)
	}
}
