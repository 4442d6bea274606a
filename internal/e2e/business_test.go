package e2e_test

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/client"
)

const updateBusiness = `mutation ($input: UpdateBusinessInput!, $key: String) {
	updateBusiness(input: $input, idempotencyKey: $key) {
		business { businessId name timeZone { timeZoneId } locale phoneRegion rekeying } userErrors { code message field } } }`

// What the input names is changed, and nothing else; null takes a value back.
func TestUpdateBusinessChangesWhatItNames(t *testing.T) {
	api := reference(t)
	for _, step := range []struct {
		input                            values
		name                             any
		zone, locale, region, rekeyingAt any
	}{
		{values{"name": " The Salon ", "timeZone": "Europe/Oslo"}, "The Salon", "Europe/Oslo", "en-US", "US", false},
		{values{"locale": "nb-no"}, "The Salon", "Europe/Oslo", "nb-NO", "US", true},
		{values{"phoneRegion": "no"}, "The Salon", "Europe/Oslo", "nb-NO", "NO", true},
		{values{"name": nil, "timeZone": nil, "locale": nil, "phoneRegion": nil}, nil, "UTC", nil, "US", true},
		{values{"name": nil}, nil, "UTC", nil, "US", true},
	} {
		if first := step.input["name"]; first == " The Salon " {
			// The reference's business may have a locale of its own.
			business, err := api.Store.Business(t.Context(), client.Scope{BusinessID: owner().BusinessID})
			if err != nil {
				t.Fatal(err)
			}
			business.Locale = new("en-US")
			if err := api.Store.PutBusiness(t.Context(), business); err != nil {
				t.Fatal(err)
			}
		}
		answered := only(t, api.MustDo(t, owner(), updateBusiness, values{"input": step.input}))
		if found := failures(t, answered); found != nil {
			t.Fatalf("%v: %v", step.input, found)
		}
		want := values{
			"businessId": modelID(owner().BusinessID), "name": step.name, "timeZone": values{"timeZoneId": step.zone},
			"locale": step.locale, "phoneRegion": step.region, "rekeying": step.rekeyingAt,
		}
		if diff := gocmp.Diff(want, answered["business"]); diff != "" {
			t.Errorf("%v (-want +got):\n%s", step.input, diff)
		}
	}
	if err := api.Service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	data := api.MustDo(t, owner(), `{ me { business { rekeying timeZone { timeZoneId } } } }`, nil)
	if diff := gocmp.Diff(values{"rekeying": false, "timeZone": values{"timeZoneId": "UTC"}}, data["me"].(values)["business"]); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
}

// A business that has a locale which is refused keeps it, may send it again, and has
// its clients in that order.
func TestStoredLocaleStaysThoughItIsRefused(t *testing.T) {
	api := reference(t)
	business, err := api.Store.Business(t.Context(), client.Scope{BusinessID: owner().BusinessID})
	if err != nil {
		t.Fatal(err)
	}
	business.Locale = new("lv-LV")
	if err := api.Store.PutBusiness(t.Context(), business); err != nil {
		t.Fatal(err)
	}
	for _, input := range []values{{"name": "Salons"}, {"name": "Salons", "locale": "lv-LV"}, {"locale": "lv-LV", "timeZone": "Europe/Riga"}} {
		answered := only(t, api.MustDo(t, owner(), updateBusiness, values{"input": input}))
		if found := failures(t, answered); found != nil || answered["business"].(values)["locale"] != "lv-LV" {
			t.Errorf("%v is answered %v, %v", input, answered["business"], found)
		}
	}
	for _, name := range []string{"Čakste", "Cz", "Celms", "Dole"} {
		create(t, api, owner(), values{"firstName": name, "lastName": "Lv", "emailAddress": "lv@example.com"})
	}
	if err := api.Service.Rekey(t.Context()); err != nil {
		t.Fatal(err)
	}
	data := api.MustDo(t, owner(), `{ filterClients(search: "lv@example.com") { clients { firstName } } }`, nil)
	var names []string
	for _, found := range data["filterClients"].(values)["clients"].([]any) {
		names = append(names, found.(values)["firstName"].(string))
	}
	if diff := gocmp.Diff([]string{"Celms", "Cz", "Čakste", "Dole"}, names); diff != "" {
		t.Errorf("the order (-want +got):\n%s", diff)
	}
	answered := only(t, api.MustDo(t, owner(), updateBusiness, values{"input": values{"locale": "zh"}}))
	if diff := gocmp.Diff([]failure{{"INVALID_LOCALE", "input.locale"}}, failures(t, answered)); diff != "" {
		t.Errorf("another one that is refused (-want +got):\n%s", diff)
	}
}

// All that is wrong with the input is told at once, and nothing is changed.
func TestUpdateBusinessRefusesWhatIsNoBusiness(t *testing.T) {
	api := reference(t)
	before := api.MustDo(t, owner(), `{ me { business { name timeZone { timeZoneId } locale phoneRegion rekeying } } }`, nil)
	for _, test := range []struct {
		input values
		want  []failure
	}{
		{values{}, []failure{{"EMPTY_PATCH", "input"}}},
		{values{"name": "  "}, []failure{{"REQUIRED", "input.name"}}},
		{values{"name": strings.Repeat("x", 1_001)}, []failure{{"TOO_LONG", "input.name"}}},
		{values{"name": "a\u0000b"}, []failure{{"INVALID_CHARACTERS", "input.name"}}},
		{values{"timeZone": "Mars/Olympus"}, []failure{{"INVALID_TIME_ZONE", "input.timeZone"}}},
		{values{"timeZone": ""}, []failure{{"INVALID_TIME_ZONE", "input.timeZone"}}},
		{values{"locale": "english!"}, []failure{{"INVALID_LOCALE", "input.locale"}}},
		{values{"locale": ""}, []failure{{"INVALID_LOCALE", "input.locale"}}},
		{values{"locale": "lv-LV"}, []failure{{"INVALID_LOCALE", "input.locale"}}}, // Its order is not to be had.
		{values{"locale": "es-u-co-trad"}, []failure{{"INVALID_LOCALE", "input.locale"}}},
		{values{"phoneRegion": "XX"}, []failure{{"INVALID_PHONE_REGION", "input.phoneRegion"}}},
		{values{"phoneRegion": "001"}, []failure{{"INVALID_PHONE_REGION", "input.phoneRegion"}}},
		{
			values{"name": "Fine", "timeZone": "EST5", "locale": "e", "phoneRegion": ""},
			[]failure{{"INVALID_TIME_ZONE", "input.timeZone"}, {"INVALID_LOCALE", "input.locale"}, {"INVALID_PHONE_REGION", "input.phoneRegion"}},
		},
	} {
		answered := only(t, api.MustDo(t, owner(), updateBusiness, values{"input": test.input}))
		if diff := gocmp.Diff(test.want, failures(t, answered)); diff != "" || answered["business"] != nil {
			t.Errorf("%v is answered %v (-want +got):\n%s", test.input, answered["business"], diff)
		}
	}
	after := api.MustDo(t, owner(), `{ me { business { name timeZone { timeZoneId } locale phoneRegion rekeying } } }`, nil)
	if diff := gocmp.Diff(before, after); diff != "" {
		t.Errorf("the business changed (-before +after):\n%s", diff)
	}
	for _, who := range []client.Identity{staff(), superUser(), narrowed(client.AllPermissions &^ client.Admin), account(1151035)} {
		response := api.Do(t, who, updateBusiness, values{"input": values{}})
		if len(response.Errors) != 1 || response.Errors[0].Code() != "FORBIDDEN" {
			t.Errorf("%s is answered %s", who.Role, response.Body)
		}
	}
}
