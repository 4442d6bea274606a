package oracle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

const report = `{ clientId clientIds versions { clientId version } moves { field fromClientId count values } fills { field fromClientId value }
	conflicts { field values { clientId value } winnerClientId choosable } aliases { field value clientId } }`

// merge merges, after a look at what that would do: it does this, to the byte.
func (r *run) merge(rt *rapid.T) {
	who, into := r.drawBoss(rt), r.drawLive(rt)
	var others []int64
	for range rapid.SampledFrom([]int{1, 1, 2, 1, 2, 3, 0}).Draw(rt, "others") {
		// Those who are there already are rarely wanted.
		if id := r.drawLive(rt); (id != into && !slices.Contains(others, id)) || rarely(rt, "twice") {
			others = append(others, id)
		}
	}
	choices := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) oracle.Choice {
		return oracle.Choice{Field: r.drawField(rt), From: rapid.SampledFrom(append(others[:len(others):len(others)], into)).Draw(rt, "from")}
	}), 0, rapid.SampledFrom([]int{0, 1, 0, 2}).Draw(rt, "most")).Draw(rt, "choices")
	expected := []oracle.Target{}
	for _, id := range others {
		if p := r.model.People[id]; p != nil && rapid.IntRange(0, 3).Draw(rt, "with version") == 3 {
			expected = append(expected, oracle.Target{ID: id, Expected: new(p.Version - int64(rapid.IntRange(0, 5).Draw(rt, "version")/5))})
		}
	}
	variables := values{"id": strconv.FormatInt(into, 10), "ids": texts(others), "choices": []any{}, "versions": []any{}}
	for _, choice := range choices {
		variables["choices"] = append(variables["choices"].([]any), values{"field": choice.Field, "fromClientId": strconv.FormatInt(choice.From, 10)})
	}
	for _, t := range expected {
		variables["versions"] = append(variables["versions"].([]any), values{"clientId": strconv.FormatInt(t.ID, 10), "version": *t.Expected})
	}
	preview := r.api.Do(r.t, r.identity(who), `query ($id: ID!, $ids: [ID!]!, $choices: [MergeChoice!]) {
		previewMerge(clientId: $id, clientIds: $ids, choices: $choices) `+report+` }`, values{"id": variables["id"], "ids": variables["ids"], "choices": variables["choices"]})
	got := r.do(rt, who, "mergeClients", `mutation ($id: ID!, $ids: [ID!]!, $choices: [MergeChoice!], $versions: [ExpectedVersion!]) {
		mergeClients(clientId: $id, clientIds: $ids, choices: $choices, expectedVersions: $versions) {
			client { clientId version } mergeId report `+report+` userErrors { code field } } }`, variables)
	mergeID := number(got.payload["mergeId"])
	r.compare(rt, got, r.model.MergeInto(who, into, others, choices, expected, mergeID))
	if got.payload["report"] == nil {
		return
	}
	r.merges = append(r.merges, mergeID)
	foretold, _ := json.Marshal(preview.Data["previewMerge"])
	told, _ := json.Marshal(got.payload["report"])
	if !bytes.Equal(foretold, told) {
		r.fail(rt, "the preview was %s, and the merge tells %s", foretold, told)
	}
}

// drawField draws what a choice may name, and what it may not.
func (r *run) drawField(rt *rapid.T) string {
	names := []string{"firstName", "fullName", "emailAddress", "externalUserName", "city", "ssn", "notes", "blocked", "tags", "nothing"}
	for _, id := range append(r.fields[:len(r.fields):len(r.fields)], 1) {
		names = append(names, fmt.Sprintf("fields.%d", id))
	}
	return rapid.SampledFrom(names).Draw(rt, "field")
}

// unmerge undoes a merge, likely the last one that there was.
func (r *run) unmerge(rt *rapid.T) {
	who := r.drawBoss(rt)
	target := r.drawTarget(rt, who)
	ids := append([]int64{999_999_999}, slices.DeleteFunc(slices.Clone(r.merges), func(id int64) bool {
		m := r.model.Merges[id]
		return (m == nil || m.Undone) && !rarely(rt, "undone")
	})...)
	id := ids[max(len(ids)-1-rapid.IntRange(0, 3).Draw(rt, "merges ago"), 0)]
	choices := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) oracle.UnmergeChoice {
		return oracle.UnmergeChoice{Field: r.drawField(rt), Before: rapid.Bool().Draw(rt, "before")}
	}), 0, rapid.SampledFrom([]int{0, 1, 0, 2}).Draw(rt, "most")).Draw(rt, "choices")
	if m := r.model.Merges[id]; m != nil && target.Expected != nil {
		*target.Expected += r.model.People[m.Into].Version - r.version(target.ID)
	}
	got := r.sendUnmerge(rt, who, id, choices, target.Expected)
	outcome, conflicts := r.model.Unmerge(who, id, choices, target.Expected)
	r.compare(rt, got, outcome)
	if conflicts == nil {
		return
	}
	list := []any{}
	slices.SortFunc(conflicts, func(a, b oracle.Conflict) int { return strings.Compare(a.Field, b.Field) })
	for _, c := range conflicts {
		if c.Field == "ssn" {
			c.Before, c.Merged, c.Current = nil, nil, nil
		}
		list = append(list, values{"field": c.Field, "before": c.Before, "merged": c.Merged, "current": c.Current})
		choices = append(choices, oracle.UnmergeChoice{Field: c.Field, Before: rapid.Bool().Draw(rt, "before")})
	}
	told := slices.SortedFunc(slices.Values(got.payload["conflicts"].([]any)), func(a, b any) int { return strings.Compare(a.(values)["field"].(string), b.(values)["field"].(string)) })
	r.differ(rt, "conflicts", list, told)
	// Now with all of them settled.
	got = r.sendUnmerge(rt, who, id, choices, nil)
	outcome, _ = r.model.Unmerge(who, id, choices, nil)
	r.compare(rt, got, outcome)
}

func (r *run) sendUnmerge(rt *rapid.T, who oracle.Caller, id int64, choices []oracle.UnmergeChoice, expected *int64) answer {
	list := []any{}
	for _, choice := range choices {
		list = append(list, values{"field": choice.Field, "value": map[bool]string{true: "BEFORE", false: "CURRENT"}[choice.Before]})
	}
	return r.do(rt, who, "unmergeClients", `mutation ($id: ID!, $choices: [UnmergeChoice!], $version: Int) {
		unmergeClients(mergeId: $id, choices: $choices, expectedVersion: $version) {
			client { clientId version } clients { clientId version } userErrors { code field } conflicts { field before merged current } } }`,
		values{"id": strconv.FormatInt(id, 10), "choices": list, "version": expected})
}
