package oracle_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

// replayed is a record made of its history alone.
type replayed struct {
	after   any
	version int64
	state   map[string]any
	// subjects and viewers are those that the client's own history tells of.
	subjects, viewers []int64
}

// replay reads on in the history of each client that changed, and holds what
// that makes of it to the model, and the edges of all. The history of a client
// that is part of another one is read when it is one of its own again.
func (r *run) replay(rt *rapid.T) {
	r.readHistories(rt)
	for _, id := range r.model.IDs() {
		if r.model.People[id].Life != oracle.Merged {
			r.compareEdges(rt, id)
		}
	}
}

// replayAnew reads all histories from their beginning: what was taken out of them
// since is nothing that a record is made of. Which edges ended is not told anew:
// clients who are one today may have been two then.
func (r *run) replayAnew(rt *rapid.T) {
	known := r.histories
	r.histories = map[int64]*replayed{}
	r.readHistories(rt)
	r.histories = known
}

func (r *run) readHistories(rt *rapid.T) {
	var query strings.Builder
	var changed []int64
	variables := values{}
	for _, id := range r.model.IDs() {
		p, of := r.model.People[id], r.histories[id]
		if of == nil {
			// What a new client is of itself is no change.
			of = &replayed{state: map[string]any{"status": "ACTIVE", "blocked": false}}
			r.histories[id] = of
		}
		if p.Life != oracle.Merged && p.Version > of.version {
			changed = append(changed, id)
			fmt.Fprintf(&query, "c%d: client(clientId: %d) { history(first: 100, after: $c%d) { edges { cursor } nodes { version changes { path after } } } }\n", id, id, id)
			variables[fmt.Sprintf("c%d", id)] = of.after
		}
	}
	if changed == nil {
		return
	}
	var declared strings.Builder
	for _, id := range changed {
		fmt.Fprintf(&declared, "$c%d: String ", id)
	}
	data := r.api.MustDo(r.t, r.identity(r.callers()[0]), "query ("+declared.String()+") { "+query.String()+" }", variables)
	for _, id := range changed {
		history := data[fmt.Sprintf("c%d", id)].(values)["history"].(values)
		of := r.histories[id]
		for i, node := range history["nodes"].([]any) {
			of.after = history["edges"].([]any)[i].(values)["cursor"]
			if of.version++; number(node.(values)["version"]) != of.version {
				r.fail(rt, "the history of %d has no version %d", id, of.version)
			}
			for _, change := range node.(values)["changes"].([]any) {
				r.put(id, change.(values)["path"].(string), change.(values)["after"])
			}
		}
		r.compareReplay(rt, r.model.People[id], of)
	}
}

// put makes a change. An edge is ended for all whom the client at its other end
// is now, and on the side of its subject for all whom that one is: that a folded
// client is seen no more is told of its survivor alone.
func (r *run) put(id int64, path string, after any) {
	of := r.histories[id]
	name, rest, _ := strings.Cut(path, ".")
	other, _ := strconv.ParseInt(rest, 10, 64)
	switch {
	case name != "clientIdsClientCanView" && name != "viewByClients":
		of.state[path] = after
	case name == "clientIdsClientCanView" && after != nil:
		of.subjects = append(of.subjects, other)
	case name == "clientIdsClientCanView":
		of.subjects = r.without(of.subjects, other)
	case after != nil:
		of.viewers = append(of.viewers, other)
	default:
		for _, member := range r.family(id) {
			member.viewers = r.without(member.viewers, other)
		}
	}
}

// family are the histories of a client and of all who are part of it.
func (r *run) family(id int64) []*replayed {
	var family []*replayed
	for _, other := range r.model.IDs() {
		if of := r.histories[other]; of != nil && r.model.Survivor(other) == r.model.Survivor(id) {
			family = append(family, of)
		}
	}
	return family
}

// without are the ids that are not a client's, nor of one that is the same now.
func (r *run) without(ids []int64, id int64) []int64 {
	return slices.DeleteFunc(ids, func(other int64) bool {
		p := r.model.Survivor(other)
		return other == id || (p != nil && p == r.model.Survivor(id))
	})
}

func (r *run) compareReplay(rt *rapid.T, p *oracle.Person, of *replayed) {
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
	if of.version != p.Version {
		r.fail(rt, "the history of %d ends with version %d, want %d", p.ID, of.version, p.Version)
	}
}

// compareEdges holds to the model whom a client may see and who may see it, as
// histories tell. A merge tells its survivor whom it may see from then on, and
// nobody else of the edges that it moves: ids are read as those of whom they are
// part now, and who may see the survivor is told by the histories of all who are
// part of it.
func (r *run) compareEdges(rt *rapid.T, id int64) {
	var viewers []int64
	for _, member := range r.family(id) {
		viewers = append(viewers, member.viewers...)
	}
	owner := r.callers()[0]
	r.differ(rt, fmt.Sprintf("the history of %d makes subjects", id), r.model.Subjects(owner, id), r.neighbours(id, r.histories[id].subjects))
	r.differ(rt, fmt.Sprintf("the history of %d makes viewers", id), r.model.Viewers(owner, id), r.neighbours(id, viewers))
}

// neighbours are the live clients whom ids are of now, without one.
func (r *run) neighbours(of int64, ids []int64) []int64 {
	live := []int64{}
	for _, id := range ids {
		if p := r.model.Survivor(id); p != nil && p.ID != of && p.Life == oracle.Live {
			live = append(live, p.ID)
		}
	}
	slices.Sort(live)
	return slices.Compact(live)
}
