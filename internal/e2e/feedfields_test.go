package e2e_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/client"
	"clientgraph/internal/sample"
)

// The feed names a list of edges only to who sees a client at the other end of one
// that came or went: the name alone would tell that there is somebody.
func TestFeedNamesNoListWhoseChangesAreHidden(t *testing.T) {
	t.Parallel()
	api := reference(t)
	// 5143212 is seen by all of these but the last, the others as each says.
	stranger := create(t, api, owner(), values{"firstName": "Una", "lastName": "Seen", "emailAddress": "una@example.com"})
	location := client.Identity{
		BusinessID: sample.BusinessID, User: "other", Role: client.RoleLocationSuperUser,
		Permissions: client.RoleLocationSuperUser.Permissions(), LocationIDs: []int64{12},
	}
	readers := map[string]client.Identity{"OWNER": owner(), "STAFF": staff(), "LOCATION_SUPER_USER": location, "CLIENT": account(1151044)}
	for _, test := range []struct {
		name, subject, viewer string
		remove                bool
		// want are the readers who are told that viewByClients of the subject changed;
		// told are those who are told of the subject at all.
		want, told []string
	}{
		{"a viewer whom nobody sees comes", "5143212", stranger, false, []string{"OWNER"}, []string{"OWNER", "STAFF", "LOCATION_SUPER_USER"}},
		{"and goes", "5143212", stranger, true, []string{"OWNER"}, []string{"OWNER", "STAFF", "LOCATION_SUPER_USER"}},
		{"a viewer of other locations comes", "5143212", "4658091", false, []string{"OWNER", "STAFF"}, []string{"OWNER", "STAFF", "LOCATION_SUPER_USER"}},
		{"a viewer of other staff comes", "5143212", "4922146", false, []string{"OWNER", "LOCATION_SUPER_USER"}, []string{"OWNER", "STAFF", "LOCATION_SUPER_USER"}},
		{"a subject of the account gets a viewer whom it does not see", "4658091", stranger, false, []string{"OWNER"}, []string{"OWNER", "STAFF", "CLIENT"}},
		{"a subject of the account gets a viewer whom it sees", "4658091", "4922146", false, []string{"OWNER", "CLIENT"}, []string{"OWNER", "STAFF", "CLIENT"}},
		{"the account itself gets a viewer whom it does not see", "4761823", stranger, false, []string{"OWNER"}, []string{"OWNER", "STAFF", "CLIENT"}},
	} {
		cursors := map[string]string{}
		for role, who := range readers {
			cursors[role] = feedCursor(t, api, who)
		}
		mutation := addViewersMutation
		if test.remove {
			mutation = entriesMutation("removeClientViewers", "viewerClientIds", "ID")
		}
		payload(t, api, owner(), mutation, values{"id": test.subject, "list": []any{test.viewer}})
		got, told := map[string]bool{}, map[string]bool{}
		for role, who := range readers {
			part := api.MustDo(t, who, `query ($since: String) { clientChanges(since: $since, first: 100) { changes { clientId changedFields } } }`,
				values{"since": cursors[role]})["clientChanges"].(values)
			for _, entry := range part["changes"].([]any) {
				change := entry.(values)
				if change["clientId"] != test.subject {
					continue
				}
				told[role] = true
				for _, field := range change["changedFields"].([]any) {
					got[role] = got[role] || field == "viewByClients"
				}
			}
		}
		wanted := func(roles []string) map[string]bool {
			set := map[string]bool{}
			for _, role := range roles {
				set[role] = true
			}
			return set
		}
		for role, named := range got {
			if !named {
				delete(got, role)
			}
		}
		if diff := gocmp.Diff(wanted(test.told), told); diff != "" {
			t.Errorf("%s: who is told of the client (-want +got):\n%s", test.name, diff)
		}
		if diff := gocmp.Diff(wanted(test.want), got); diff != "" {
			t.Errorf("%s: who is told of the list (-want +got):\n%s", test.name, diff)
		}
	}
}

// A client's own copy is told which list changed where it gains or loses sight.
func TestFeedNamesTheOwnListThatGaveSight(t *testing.T) {
	t.Parallel()
	api := reference(t)
	who := account(1151044)
	for _, mutation := range []string{addViewersMutation, entriesMutation("removeClientViewers", "viewerClientIds", "ID")} {
		since := feedCursor(t, api, who)
		payload(t, api, owner(), mutation, values{"id": "5143212", "list": []any{"4761823"}})
		part := api.MustDo(t, who, `query ($since: String) { clientChanges(since: $since, first: 100) { changes { clientId changedFields } } }`,
			values{"since": since})["clientChanges"].(values)
		var named []any
		for _, entry := range part["changes"].([]any) {
			if change := entry.(values); change["clientId"] == "4761823" {
				named = append(named, change["changedFields"].([]any)...)
			}
		}
		if diff := gocmp.Diff([]any{"clientIdsClientCanView"}, named); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
