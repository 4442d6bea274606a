package e2e_test

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

// edgesTold are the edges that an entry of a client's history tells of, each with a
// sign before it, in order.
func edgesTold(t *testing.T, api *apitest.API, who client.Identity, id string, version int) []string {
	t.Helper()
	data := api.MustDo(t, who, `query ($id: ID!) { client(clientId: $id) { clientId history(first: 100) { nodes { version changes { path before after } } }
		mergedClients { clientId history(first: 100) { nodes { version changes { path before after } } } } } }`, values{"id": id})
	of := data["client"].(values)
	for _, merged := range of["mergedClients"].([]any) {
		if merged.(values)["clientId"] == id {
			of = merged.(values)
		}
	}
	told := []string{}
	for _, change := range of["history"].(values)["nodes"].([]any)[version-1].(values)["changes"].([]any) {
		change := change.(values)
		path, sign := change["path"].(string), "+"
		if change["after"] == nil {
			sign = "-"
		}
		if strings.HasPrefix(path, "clientIdsClientCanView.") || strings.HasPrefix(path, "viewByClients.") {
			told = append(told, sign+path)
		}
	}
	slices.Sort(told)
	return told
}

// TestMergeAndUnmergeTellEveryEdge that came to one of their clients or went from
// it, on both sides: in the histories of the survivor and of those folded in, in
// the feed, and in a conflict.
func TestMergeAndUnmergeTellEveryEdge(t *testing.T) {
	api := reference(t)
	neighbour, subject := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	folded := create(t, api, owner(), person(values{"clientIdsClientCanView": entries(subject)}))
	survivor := create(t, api, owner(), person(values{"clientIdsClientCanView": entries(folded)}))
	patch(t, api, owner(), neighbour, values{"clientIdsClientCanView": entries(folded)})
	patch(t, api, owner(), folded, values{"clientIdsClientCanView": entries(subject, survivor)})
	cursor := api.MustDo(t, owner(), `{ clientChanges(first: 1000) { cursor } }`, nil)["clientChanges"].(values)["cursor"]

	mergeID := merge(t, api, survivor, folded)
	sees, seenBy := "clientIdsClientCanView.", "viewByClients."
	ofSurvivor := []string{"+" + sees + subject, "+" + seenBy + neighbour, "-" + sees + folded, "-" + seenBy + folded}
	ofFolded := []string{"-" + sees + subject, "-" + seenBy + neighbour, "-" + sees + survivor, "-" + seenBy + survivor}
	check := func(what, id string, version int, want []string) {
		t.Helper()
		slices.Sort(want)
		if diff := gocmp.Diff(want, edgesTold(t, api, owner(), id, version)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	check("the survivor's MERGE", survivor, 3, ofSurvivor)
	check("the other's MERGE", folded, 5, ofFolded)
	edges := []any{"clientIdsClientCanView", "viewByClients"}
	feed := func(what string) {
		t.Helper()
		part := api.MustDo(t, owner(), `query ($since: String) { clientChanges(since: $since) { cursor changes { clientId changedFields } } }`, values{"since": cursor})["clientChanges"].(values)
		cursor = part["cursor"]
		told := values{}
		for _, change := range part["changes"].([]any) {
			change := change.(values)
			told[change["clientId"].(string)] = slices.DeleteFunc(change["changedFields"].([]any), func(name any) bool { return !slices.Contains(edges, name) })
		}
		want := values{survivor: edges, folded: edges, neighbour: edges[:1], subject: edges[1:]}
		if diff := gocmp.Diff(want, told); diff != "" {
			t.Errorf("the feed after %s (-want +got):\n%s", what, diff)
		}
	}
	feed("merging")
	conflict := api.MustDo(t, owner(), patchMutation, values{"id": survivor, "patch": values{"city": "Here"}, "version": 2})["patchClient"].(values)["conflict"].(values)
	if diff := gocmp.Diff([]any{"clientIdsClientCanView", "mergedClients", "viewByClients"}, conflict["changedPaths"]); diff != "" {
		t.Errorf("the conflict (-want +got):\n%s", diff)
	}

	unmerge(t, api, mergeID)
	opposite := func(told []string) []string {
		all := make([]string, len(told))
		for i, change := range told {
			all[i] = map[byte]string{'+': "-", '-': "+"}[change[0]] + change[1:]
		}
		return all
	}
	check("the survivor's UNMERGE", survivor, 4, opposite(ofSurvivor))
	check("the other's UNMERGE", folded, 6, opposite(ofFolded))
	feed("undoing it")
}

// TestAnEdgeEndedWhileMergedIsToldAsEnded: whoever was taken off the survivor's
// viewers does not see the other one when that is back, and its history says so.
func TestAnEdgeEndedWhileMergedIsToldAsEnded(t *testing.T) {
	for name, again := range map[string]bool{"ended": false, "ended and made anew": true} {
		t.Run(name, func(t *testing.T) {
			api := reference(t)
			neighbour, survivor, folded := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
			patch(t, api, owner(), neighbour, values{"clientIdsClientCanView": entries(folded)})
			mergeID := merge(t, api, survivor, folded)
			patch(t, api, owner(), neighbour, values{"clientIdsClientCanView": entries()})
			left := entries()
			if again {
				left = entries(survivor)
				patch(t, api, owner(), neighbour, values{"clientIdsClientCanView": left})
			}
			unmerge(t, api, mergeID)
			if diff := gocmp.Diff(values{"clientIdsClientCanView": left}, read(t, api, owner(), neighbour, "clientIdsClientCanView")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			gone := "viewByClients." + neighbour
			if diff := gocmp.Diff([]string{"-" + gone}, edgesTold(t, api, owner(), folded, 3)); diff != "" {
				t.Errorf("the MERGE of the one that is back (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff([]string{}, edgesTold(t, api, owner(), folded, 4)); diff != "" {
				t.Errorf("its UNMERGE (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHistoryOfAMergedClientIsItsSurvivorsToRead, but not for role CLIENT, and with
// the same arguments as any other.
func TestHistoryOfAMergedClientIsItsSurvivorsToRead(t *testing.T) {
	api := reference(t)
	survivor, folded := create(t, api, staff(), person(nil)), create(t, api, owner(), person(nil))
	mergeID := merge(t, api, survivor, folded)
	const query = `query ($id: ID!, $first: Int!, $after: String) { client(clientId: $id) { mergedClients {
		history(first: $first, after: $after) { nodes { version operation mergeId } pageInfo { hasNextPage endCursor } } } } }`
	page := func(variables values) values {
		t.Helper()
		data := api.MustDo(t, staff(), query, variables)
		return data["client"].(values)["mergedClients"].([]any)[0].(values)["history"].(values)
	}
	first := page(values{"id": survivor, "first": 1})
	made := []any{values{"version": 1.0, "operation": "CREATE", "mergeId": nil}}
	if diff := gocmp.Diff(made, first["nodes"]); diff != "" || first["pageInfo"].(values)["hasNextPage"] != true {
		t.Errorf("(-want +got):\n%s", diff)
	}
	second := page(values{"id": survivor, "first": 1, "after": first["pageInfo"].(values)["endCursor"]})
	if diff := gocmp.Diff([]any{values{"version": 2.0, "operation": "MERGE", "mergeId": mergeID}}, second["nodes"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if response := api.Do(t, staff(), query, values{"id": survivor, "first": 0}); len(response.Errors) != 1 || response.Errors[0].Code() != "OUT_OF_RANGE" {
		t.Errorf("none: %s", response.Body)
	}
}
