package e2e_test

import (
	"maps"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
)

// firstEntry is what the first entry of a client's history tells: the values after,
// by path. Before them there were none.
func firstEntry(t *testing.T, api *apitest.API, id, operation string) values {
	t.Helper()
	data := api.MustDo(t, owner(), `query ($id: ID!) { client(clientId: $id) { history(first: 1) { nodes { version operation changes { path before after } } } } }`, values{"id": id})
	entry := data["client"].(values)["history"].(values)["nodes"].([]any)[0].(values)
	if entry["version"] != 1.0 || entry["operation"] != operation {
		t.Errorf("version %v is by %v", entry["version"], entry["operation"])
	}
	told := values{}
	for _, change := range entry["changes"].([]any) {
		change := change.(values)
		path := change["path"].(string)
		if change["before"] != nil {
			t.Errorf("%s was %v before there was a client", path, change["before"])
		}
		if _, twice := told[path]; twice {
			t.Errorf("%s is told twice", path)
		}
		told[path] = change["after"]
	}
	return told
}

// TestFirstEntryTellsEveryValue that a client was made with, whichever way: status
// and blocked included, and both sides of its viewer edges.
func TestFirstEntryTellsEveryValue(t *testing.T) {
	api := reference(t)
	plain := person(nil)
	full := person(values{
		"status": "BLACKLISTED", "blocked": true, "enrollee": false, "tags": entries("Red"), "latitude": 0.0, "notes": "n", "dateOfBirth": "1993-02-02",
		"fields": []any{field("322530", 5)}, "clientIdsClientCanView": entries("4658091"), "viewClientAccountIds": entries("1151044"),
	})
	made := map[string]string{create(t, api, owner(), plain): "CREATE", create(t, api, owner(), full): "CREATE"}
	id, _ := upsert(t, api, values{"externalUserName": "ann"}, full)
	made[id] = "UPSERT"
	for _, imported := range []string{"4658091", "4761823", "4922146", "5143212"} {
		made[imported] = "IMPORT"
	}
	for id, operation := range made {
		t.Run(operation+" "+id, func(t *testing.T) {
			told := firstEntry(t, api, id, operation)
			held := api.MustDo(t, owner(), `query ($id: ID!) { exportClientData(clientId: $id) { record fieldDataMap } }`, values{"id": id})["exportClientData"].(values)
			want := held["record"].(values)
			for _, name := range []string{"clientId", "businessId", "version", "deleted", "hasPassword", "ssn", "modifiedDate", "modifiedUser", "activeAppointmentCount"} {
				delete(want, name)
			}
			maps.DeleteFunc(told, func(path string, _ any) bool {
				return strings.Contains(path, ".") || path == "modifiedDate" || path == "modifiedUser"
			})
			if diff := gocmp.Diff(want, told); diff != "" {
				t.Errorf("(-held +told):\n%s", diff)
			}
			if told["status"] == nil || told["blocked"] == nil {
				t.Errorf("status is %v, blocked %v", told["status"], told["blocked"])
			}
		})
	}
	for path, of := range map[string]string{
		"fields.322530": id, "clientIdsClientCanView.4658091": id, "viewByClients.4761823": id,
		// The sample's edges, from both of their ends.
		"clientIdsClientCanView.4922146": "4761823", "viewByClients.5143212": "4658091",
	} {
		if _, told := firstEntry(t, api, of, made[of])[path]; !told {
			t.Errorf("the first entry of %s tells nothing of %s", of, path)
		}
	}
}
