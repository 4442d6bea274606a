package oracle_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

// replayed is a record made of its history alone.
type replayed struct {
	after   any
	version int64
	state   map[string]any
	edges   []edgeChange
	// survivors are all whom the client was ever merged into.
	survivors []int64
}

// edgeChange is a change of an edge, as one history tells it.
type edgeChange struct {
	edge oracle.Edge
	came bool
	// merge names the merge, or its undoing, that the entry is of; empty for other
	// entries.
	merge string
}

// histories are those that one caller has read, by client.
type histories map[int64]*replayed

// replay reads on in the history of each client that changed, and holds what
// that makes of it, and of the edges of all, to the model. Then it does the same
// for another caller, of what that one is told.
func (r *run) replay(rt *rapid.T, other oracle.Caller) {
	owner := r.callers()[0]
	for _, id := range r.readHistories(rt, owner, r.histories) {
		r.compareReplay(rt, r.model.People[id], r.histories[id])
	}
	r.compareEdges(rt, owner, r.histories)
	told := histories{}
	r.readHistories(rt, other, told)
	r.compareEdges(rt, other, told)
}

// replayAnew reads all histories from their beginning: what was taken out of them
// since is nothing that a record is made of.
func (r *run) replayAnew(rt *rapid.T) {
	r.histories = histories{}
	r.replay(rt, r.callers()[0])
}

// readHistories reads on in the histories of those clients that changed and whom
// the caller sees, and says which these are. The history of a merged client is
// read where its survivor names it.
func (r *run) readHistories(rt *rapid.T, who oracle.Caller, known histories) []int64 {
	const history = "history(first: 100, after: $c%d) { edges { cursor } nodes { version operation mergeId changes { path before after } } }"
	var query, declared strings.Builder
	var changed []int64
	variables := values{}
	for _, id := range r.model.IDs() {
		p, of := r.model.People[id], known[id]
		if of == nil {
			of = &replayed{state: map[string]any{}}
			known[id] = of
		}
		if p.Version == of.version || !r.model.Sees(who, r.model.Survivor(id)) {
			continue
		}
		changed = append(changed, id)
		if p.Life == oracle.Merged {
			// The cursor of one history is none of another.
			fmt.Fprintf(&query, "c%d: client(clientId: %d) { mergedClients { clientId "+strings.Replace(history, ", after: $c%d", "", 1)+" } }\n", id, id)
			continue
		}
		fmt.Fprintf(&query, "c%d: client(clientId: %d) { "+history+" }\n", id, id, id)
		fmt.Fprintf(&declared, "$c%d: String ", id)
		variables[fmt.Sprintf("c%d", id)] = of.after
	}
	if changed == nil {
		return nil
	}
	ask := "query "
	if declared.Len() > 0 {
		ask += "(" + declared.String() + ") "
	}
	data := r.api.MustDo(r.t, r.identity(who), ask+"{ "+query.String()+" }", variables)
	for _, id := range changed {
		r.readHistory(rt, id, known[id], data[fmt.Sprintf("c%d", id)].(values))
	}
	return changed
}

// readHistory reads what is answered of one history.
func (r *run) readHistory(rt *rapid.T, id int64, of *replayed, answered values) {
	for _, merged := range entriesOf(answered["mergedClients"]) {
		if number(merged["clientId"]) == id {
			answered = merged
		}
	}
	history := answered["history"].(values)
	edges := entriesOf(history["edges"])
	for i, node := range entriesOf(history["nodes"]) {
		if number(node["version"]) <= of.version {
			continue
		}
		of.after = edges[i]["cursor"]
		if of.version++; number(node["version"]) != of.version {
			r.fail(rt, "the history of %d has no version %d", id, of.version)
		}
		of.take(id, node)
	}
	if p := r.model.People[id]; of.version != p.Version {
		r.fail(rt, "the history of %d ends with version %d, want %d", id, of.version, p.Version)
	}
}

func entriesOf(list any) []values {
	var all []values
	entries, _ := list.([]any)
	for _, entry := range entries {
		all = append(all, entry.(values))
	}
	return all
}

// take makes the changes of an entry.
func (of *replayed) take(id int64, entry values) {
	merge := ""
	if entry["operation"] == "MERGE" || entry["operation"] == "UNMERGE" {
		merge = fmt.Sprint(entry["operation"], " ", entry["mergeId"])
	}
	for _, change := range entriesOf(entry["changes"]) {
		path, after := change["path"].(string), change["after"]
		name, rest, _ := strings.Cut(path, ".")
		edge := oracle.Edge{Viewer: id, Subject: number(rest)}
		switch name {
		case "viewByClients":
			edge = oracle.Edge{Viewer: number(rest), Subject: id}
			fallthrough
		case "clientIdsClientCanView":
			of.edges = append(of.edges, edgeChange{edge, after != nil, merge})
		case "mergedIntoClientId":
			if after != nil {
				of.survivors = append(of.survivors, number(after))
			}
			fallthrough
		default:
			of.state[path] = after
		}
	}
}

// edgesOf are the edges of a client, as histories tell them: its own, and the
// entries of MERGE and UNMERGE of those that it leads to.
func (h histories) edgesOf(id int64) map[oracle.Edge]bool {
	count := map[oracle.Edge]int{}
	add := func(change edgeChange) {
		if change.came {
			count[change.edge]++
		} else {
			count[change.edge]--
		}
	}
	own := map[string]bool{"": true}
	for _, change := range h[id].edges {
		own[change.merge] = true
		add(change)
	}
	for _, other := range h.around(id) {
		for _, change := range h[other].edges {
			if !own[change.merge] && (change.edge.Viewer == id || change.edge.Subject == id) {
				add(change)
			}
		}
	}
	there := map[oracle.Edge]bool{}
	for edge, n := range count {
		if n == 1 {
			there[edge] = true
		}
	}
	return there
}

// around are the clients whose histories tell of a client's edges: those that its
// own history names, and all whom these were ever merged into.
func (h histories) around(id int64) []int64 {
	found := map[int64]bool{id: true}
	var add func(other int64)
	add = func(other int64) {
		if found[other] || h[other] == nil {
			return
		}
		found[other] = true
		for _, survivor := range h[other].survivors {
			add(survivor)
		}
	}
	for _, change := range h[id].edges {
		add(change.edge.Viewer)
		add(change.edge.Subject)
	}
	delete(found, id)
	return slices.Sorted(maps.Keys(found))
}

func (r *run) compareReplay(rt *rapid.T, p *oracle.Person, of *replayed) {
	if p.Life == oracle.Merged {
		return
	}
	want, got := map[string]any{}, map[string]any{"deleted": of.state["deleted"] == true}
	want["deleted"] = p.Life == oracle.Deleted
	for _, name := range oracle.Properties() {
		if name != "ssn" {
			want[name], got[name] = p.Values[name], of.state[name]
		}
		if list, isList := got[name].([]any); isList && len(list) == 0 {
			got[name] = nil
		}
	}
	for id, property := range r.model.Fields {
		if name := fmt.Sprintf("fields.%d", id); property == "" {
			want[name], got[name] = p.Custom[id], of.state[name]
		}
	}
	r.differ(rt, fmt.Sprintf("the history of %d makes", p.ID), want, got)
}

// compareEdges holds to the model whom each client that the caller sees may see
// and who may see it, as far as the caller sees these, as histories tell it.
func (r *run) compareEdges(rt *rapid.T, who oracle.Caller, known histories) {
	for _, id := range r.model.Shown(who) {
		subjects, viewers := []int64{}, []int64{}
		for edge := range known.edgesOf(id) {
			other := edge.Viewer + edge.Subject - id
			switch p := r.model.People[other]; {
			case p == nil || p.Life == oracle.Deleted || !r.model.Sees(who, r.model.Survivor(other)):
				// Erased, off the lists, or hidden.
			case edge.Viewer == id:
				subjects = append(subjects, other)
			default:
				viewers = append(viewers, other)
			}
		}
		slices.Sort(subjects)
		slices.Sort(viewers)
		r.differ(rt, fmt.Sprintf("to %s, histories make subjects of %d", who.Role, id), r.model.Subjects(who, id), subjects)
		r.differ(rt, fmt.Sprintf("to %s, histories make viewers of %d", who.Role, id), r.model.Viewers(who, id), viewers)
	}
}
