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
	after    any
	version  int64
	state    map[string]any
	subjects []int64
}

// replay reads on in the history of each client that changed, and holds what
// that makes of it to the model. The history of a client that is part of another
// one is read when it is one of its own again.
func (r *run) replay(rt *rapid.T) {
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
				r.put(of, change.(values)["path"].(string), change.(values)["after"])
			}
		}
		r.compareReplay(rt, r.model.People[id], of)
	}
}

// put makes a change. An edge is ended for all whom the client at its other end
// is now.
func (r *run) put(of *replayed, path string, after any) {
	rest, isSubject := strings.CutPrefix(path, "clientIdsClientCanView.")
	if !isSubject {
		of.state[path] = after
		return
	}
	id, _ := strconv.ParseInt(rest, 10, 64)
	if after == nil {
		of.subjects = slices.DeleteFunc(of.subjects, func(other int64) bool { return r.model.Survivor(other) == r.model.Survivor(id) })
	} else {
		of.subjects = append(of.subjects, id)
	}
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
	subjects := []int64{}
	for _, id := range of.subjects {
		if heir := r.model.Survivor(id).ID; heir != p.ID && r.model.People[heir].Life == oracle.Live {
			subjects = append(subjects, heir)
		}
	}
	slices.Sort(subjects)
	r.differ(rt, fmt.Sprintf("the history of %d makes edges", p.ID), r.model.Subjects(r.callers()[0], p.ID), slices.Compact(subjects))
}
