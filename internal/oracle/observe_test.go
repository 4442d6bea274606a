package oracle_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

// hidden are the properties that role CLIENT may not read.
var hidden = []string{"notes", "alertNotes", "tags"}

// visible are the properties of the model that a role may read.
func visible(role string) []string {
	return slices.DeleteFunc(oracle.Properties(), func(name string) bool { return role == oracle.Client && slices.Contains(hidden, name) })
}

// observe compares all that callers see with what the model says that they see:
// the owner and another one, each in turn; then what the feed and histories make
// of it.
func (r *run) observe(rt *rapid.T) {
	callers := r.callers()
	turn := len(r.log)
	r.look(rt, callers[0])
	r.follow(rt, callers[0])
	r.look(rt, callers[1+turn%(len(callers)-1)])
	// A location's super user, a member of the staff, and the first with a login.
	followers := append([]oracle.Caller{callers[2], callers[3]}, callers[min(6, len(callers)-1)])
	r.follow(rt, followers[turn%len(followers)])
	r.replay(rt, followers[turn%2])
}

// mergedIDs are the global ids that clients have while they are merged.
func mergedIDs(numbers []int64) []string {
	ids := make([]string, len(numbers))
	for i, number := range numbers {
		ids[i] = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "MergedClient:%d", number))
	}
	return ids
}

// look compares what one caller sees.
func (r *run) look(rt *rapid.T, who oracle.Caller) {
	ids := texts(r.ids())
	response := r.api.Do(r.t, r.identity(who), `query ($ids: [ID!]!, $merged: [ID!]!) {
		nodes(ids: $ids) { __typename ... on Client { clientId version deleted active clientAccountId activeAppointmentCount shown: fullName
			fieldDataMap clientIdsClientCanView viewClientAccountIds viewClients { clientId } viewByClients { clientId } `+
		strings.ReplaceAll(strings.Join(visible(who.Role), " "), "fullName", "")+`
			aliases { field value clientId } mergedClients { clientId mergeId } }
			... on MergedClient { clientId } }
		merged: nodes(ids: $merged) { __typename ... on Client { clientId } ... on MergedClient { clientId mergeId survivor { clientId } } }
		clientCount
		clients(pageSize: 500) { clientId }
		`+r.asked()+`
		clientConnection(filter: {includeDeleted: true}, first: 100) { totalCount nodes { clientId } }
	}`, values{"ids": ids, "merged": mergedIDs(r.ids())})
	if who.Role == oracle.Client && r.model.Own(who) == nil {
		if response.Status != 401 {
			r.fail(rt, "account %d is no good, and it answers %s", who.AccountID, response.Body)
		}
		return
	}
	if len(response.Errors) > 0 {
		r.fail(rt, "answered %s", response.Body)
	}
	want := values{"nodes": []any{}, "merged": []any{}}
	var live, all []int64
	for _, id := range r.ids() {
		p := r.model.People[id]
		if p == nil || !r.model.Sees(who, r.model.Survivor(id)) {
			want["nodes"], want["merged"] = append(want["nodes"].([]any), nil), append(want["merged"].([]any), nil)
			continue
		}
		if p.Life == oracle.Merged {
			want["nodes"], want["merged"] = append(want["nodes"].([]any), nil), append(want["merged"].([]any), r.merged(p))
			continue
		}
		want["nodes"], want["merged"] = append(want["nodes"].([]any), r.record(who, p)), append(want["merged"].([]any), nil)
		all = append(all, id)
		if p.Life == oracle.Live {
			live = append(live, id)
		}
	}
	r.differ(rt, who.Role+" sees records", want["nodes"], response.Data["nodes"])
	r.differ(rt, who.Role+" sees merged clients", want["merged"], response.Data["merged"])
	for alias, q := range r.questions() {
		got := response.Data[alias]
		if list, is := got.([]any); is {
			got = idsOf(list)
		}
		r.differ(rt, who.Role+" asks "+q.field, q.answer(who), got)
	}
	r.differ(rt, who.Role+" counts", float64(len(live)), response.Data["clientCount"])
	r.differ(rt, who.Role+" lists", live, idsOf(response.Data["clients"]))
	connection := response.Data["clientConnection"].(values)
	r.differ(rt, who.Role+" counts with deleted ones", float64(len(all)), connection["totalCount"])
	r.differ(rt, who.Role+" lists with deleted ones", all, idsOf(connection["nodes"]))
}

// idsOf are the ids of a list, ascending: its order is another test's.
func idsOf(list any) []int64 {
	var ids []int64
	for _, entry := range list.([]any) {
		ids = append(ids, number(entry.(values)["clientId"]))
	}
	slices.Sort(ids)
	return ids
}
