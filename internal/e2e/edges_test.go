package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// state is what an edge changes: versions, and both ends as an owner sees them.
func state(t *testing.T, api *apitest.API, ids ...string) string {
	t.Helper()
	var parts []string
	for _, id := range ids {
		c := read(t, api, owner(), id, "version clientIdsClientCanView viewByClients { clientId }")
		var viewers []string
		for _, viewer := range c["viewByClients"].([]any) {
			viewers = append(viewers, viewer.(values)["clientId"].(string))
		}
		parts = append(parts, fmt.Sprintf("%s v%v sees [%s] seen by [%s]", id, c["version"], joined(c["clientIdsClientCanView"]), strings.Join(viewers, ".")))
	}
	return strings.Join(parts, "; ")
}

// storedSubjects are all edges of a viewer, whoever sees them.
func storedSubjects(t *testing.T, api *apitest.API, id string) []any {
	t.Helper()
	list, _ := document(t, api, "clients", bson.D{{Key: "_id", Value: number(t, id)}})["viewSubjectIds"].(bson.A)
	return list
}

// TestEdgesAreWrittenThroughBothLists: both lists write the same edges, and an
// edge that comes or goes is a change of both its ends.
func TestEdgesAreWrittenThroughBothLists(t *testing.T) {
	api := reference(t)
	for _, step := range []struct {
		id     string
		change values
		want   string
	}{
		{
			"4922146",
			values{"clientIdsClientCanView": []any{"4658091", client.ID{Type: client.TypeClient, Number: 5966842}.String()}},
			"4658091 v2 sees [] seen by [4761823.4922146.5143212]; 4922146 v2 sees [4658091.5966842] seen by [4761823]; 5966842 v2 sees [] seen by [4922146]",
		},
		// One goes, one comes, one stays.
		{
			"4922146",
			values{"clientIdsClientCanView": []any{"7475995", "5966842"}},
			"4658091 v3 sees [] seen by [4761823.5143212]; 4922146 v3 sees [5966842.7475995] seen by [4761823]; 5966842 v2 sees [] seen by [4922146]",
		},
		// The other end, by account: 1151044 is 4761823, 1151042 is 4922146.
		{
			"5966842",
			values{"viewClientAccountIds": []any{"1151044"}},
			"4658091 v3 sees [] seen by [4761823.5143212]; 4922146 v4 sees [7475995] seen by [4761823]; 5966842 v3 sees [] seen by [4761823]",
		},
		{
			"5966842",
			values{"viewClientAccountIds": []any{"1151044", "1151042"}},
			"4658091 v3 sees [] seen by [4761823.5143212]; 4922146 v5 sees [5966842.7475995] seen by [4761823]; 5966842 v4 sees [] seen by [4761823.4922146]",
		},
		// 5143212 has no account: the list of accounts does not show it, and leaves it.
		{
			"4658091",
			values{"viewClientAccountIds": nil},
			"4658091 v4 sees [] seen by [5143212]; 4922146 v5 sees [5966842.7475995] seen by [4761823]; 5966842 v4 sees [] seen by [4761823.4922146]",
		},
		{
			"4922146",
			values{"clientIdsClientCanView": []any{}, "viewClientAccountIds": []any{}},
			"4658091 v4 sees [] seen by [5143212]; 4922146 v6 sees [] seen by []; 5966842 v5 sees [] seen by [4761823]",
		},
		// The same pair both ways at once.
		{
			"4922146",
			values{"clientIdsClientCanView": []any{"4658091"}, "viewClientAccountIds": []any{"1151035"}},
			"4658091 v5 sees [4922146] seen by [4922146.5143212]; 4922146 v7 sees [4658091] seen by [4658091]; 5966842 v5 sees [] seen by [4761823]",
		},
	} {
		patch(t, api, owner(), step.id, step.change)
		if got := state(t, api, "4658091", "4922146", "5966842"); got != step.want {
			t.Errorf("after %s %v\n got %s\nwant %s", step.id, step.change, got, step.want)
		}
	}
}

func TestNewClientComesWithItsEdges(t *testing.T) {
	api := reference(t)
	id := create(t, api, owner(), person(values{"clientIdsClientCanView": []any{"4658091"}, "viewClientAccountIds": []any{"1151044"}}))
	want := fmt.Sprintf("%[1]s v1 sees [4658091] seen by [4761823]; 4658091 v2 sees [] seen by [4761823.5143212.%[1]s]; 4761823 v2 sees [4658091.4922146.%[1]s] seen by []", id)
	if got := state(t, api, id, "4658091", "4761823"); got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
}

// TestListReplacesOnlyWhatItShows: a caller can't take away what it does not see.
func TestListReplacesOnlyWhatItShows(t *testing.T) {
	api := reference(t)
	// 4761823 sees 4658091, 4922146 (hidden from staff) and 5966842 (deleted below).
	patch(t, api, owner(), "4761823", values{"clientIdsClientCanView": []any{"4658091", "4922146", "5966842"}})
	payload(t, api, owner(), deleteMutation, values{"id": "5966842"})
	patch(t, api, staff(), "4761823", values{"clientIdsClientCanView": []any{"5143212"}})
	if diff := gocmp.Diff([]any{int64(4922146), int64(5143212), int64(5966842)}, storedSubjects(t, api, "4761823")); diff != "" {
		t.Errorf("staff (-want +got):\n%s", diff)
	}
	// The owner sees the hidden one, and nobody the deleted one.
	patch(t, api, owner(), "4761823", values{"clientIdsClientCanView": nil})
	if diff := gocmp.Diff([]any{int64(5966842)}, storedSubjects(t, api, "4761823")); diff != "" {
		t.Errorf("owner (-want +got):\n%s", diff)
	}
	payload(t, api, owner(), restoreMutation, values{"id": "5966842"})
	if got := state(t, api, "4761823", "5966842"); got != "4761823 v4 sees [5966842] seen by []; 5966842 v4 sees [] seen by [4761823]" {
		t.Errorf("restoring brings back %s", got)
	}

	// The same from the subject's side: 7475995 and 4932331 are hidden from staff.
	patch(t, api, owner(), "4658091", values{"viewClientAccountIds": []any{"1659456", "1155923", "1151042"}})
	payload(t, api, owner(), deleteMutation, values{"id": "4922146"})
	patch(t, api, staff(), "4658091", values{"viewClientAccountIds": []any{"1151044"}})
	payload(t, api, owner(), restoreMutation, values{"id": "4922146"})
	got := read(t, api, owner(), "4658091", "viewByClients { clientId }")
	if diff := gocmp.Diff([]string{"4761823", "4922146", "4932331", "5143212", "7475995"}, ids(got["viewByClients"])); diff != "" {
		t.Errorf("by account (-want +got):\n%s", diff)
	}
}

// A deletion takes no edge away and no version but its own.
func TestDeletedClientsKeepTheirEdges(t *testing.T) {
	api := reference(t)
	before := state(t, api, "4761823", "4658091")
	payload(t, api, owner(), deleteMutation, values{"id": "4658091"})
	want := "4761823 v1 sees [4922146] seen by []; 4658091 v2 sees [] seen by [4761823.5143212]"
	if got := state(t, api, "4761823", "4658091"); got != want {
		t.Errorf(" got %s\nwant %s", got, want)
	}
	payload(t, api, owner(), restoreMutation, values{"id": "4658091"})
	if got := strings.Replace(state(t, api, "4761823", "4658091"), "4658091 v3", "4658091 v1", 1); got != before {
		t.Errorf(" got %s\nwant %s", got, before)
	}
	// A deleted viewer is shown nowhere either, and can't be made one.
	payload(t, api, owner(), deleteMutation, values{"id": "4761823"})
	if got := state(t, api, "4658091", "4922146"); got != "4658091 v3 sees [] seen by [5143212]; 4922146 v1 sees [] seen by []" {
		t.Errorf("got %s", got)
	}
	nothingWritten(t, api, func() {
		answered := only(t, api.MustDo(t, owner(), patchMutation, values{"id": "4922146", "patch": values{
			"clientIdsClientCanView": []any{"4761823"}, "viewClientAccountIds": []any{"1151044"},
		}}))
		want := []failure{{"NOT_FOUND", "patch.clientIdsClientCanView.0"}, {"NOT_FOUND", "patch.viewClientAccountIds.0"}}
		if diff := gocmp.Diff(want, failures(t, answered)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestViewerHasAtMost5000Subjects counts the hidden ones too: they stay.
func TestViewerHasAtMost5000Subjects(t *testing.T) {
	api := reference(t)
	name, address, login := "Fay", "fay@example.com", int64(1900000)
	full := &client.Client{
		ClientID: 1, ClientAccountID: &login, Lifecycle: client.Live, Status: client.StatusActive,
		FirstName: &name, LastName: &name, EmailAddress: &address,
	}
	for i := range int64(client.MaxSubjects) {
		full.SubjectIDs = append(full.SubjectIDs, 100+i)
	}
	if err := api.Service.Import(t.Context(), apitest.OwnerScope(sample.BusinessID), []*client.Client{full}, func(int) {}); err != nil {
		t.Fatal(err)
	}
	nothingWritten(t, api, func() {
		for id, change := range map[string]values{
			"1": {"clientIdsClientCanView": []any{"4658091"}}, "4658091": {"viewClientAccountIds": []any{"1151044", "1900000"}},
		} {
			answered := only(t, api.MustDo(t, owner(), patchMutation, values{"id": id, "patch": change}))
			want := failure{"TOO_MANY_SUBJECTS", "patch.clientIdsClientCanView"}
			if id != "1" {
				want.At = "patch.viewClientAccountIds.1"
			}
			if diff := gocmp.Diff([]failure{want}, failures(t, answered)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", id, diff)
			}
		}
		patch(t, api, owner(), "1", values{"clientIdsClientCanView": []any{}})
	})
}
