package oracle_test

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

// copied is what a mobile client holds of the clients that its user sees, and
// up to where it has read the feed of changes.
type copied struct {
	since any
	held  map[int64]values
	// erased are those of whom it was told that they were erased.
	erased map[int64]bool
}

// follow reads on in the feed, as the schema says that one does, and then holds
// the copy to the clients that the model shows.
func (r *run) follow(rt *rapid.T, who oracle.Caller) {
	c := r.copies[who.User]
	if c == nil {
		c = &copied{held: map[int64]values{}, erased: map[int64]bool{}}
		r.copies[who.User] = c
	}
	for more := true; more; {
		response := r.api.Do(r.t, r.identity(who), `query ($since: String) { clientChanges(since: $since, first: 50) { cursor hasMore changes { kind clientId client {
			clientId version clientAccountId activeAppointmentCount fieldDataMap shown: fullName `+
			strings.ReplaceAll(strings.Join(visible(who.Role), " "), "fullName", "")+` } } } }`, values{"since": c.since})
		if who.Role == oracle.Client && (response.Status == 401 || (len(response.Errors) > 0 && response.Errors[0].Code() == "RESYNC_REQUIRED")) {
			// The login is good no more, or another client's: it begins anew.
			delete(r.copies, who.User)
			return
		}
		if len(response.Errors) > 0 {
			r.fail(rt, "the feed answered %s", response.Body)
		}
		part := response.Data["clientChanges"].(values)
		for _, change := range part["changes"].([]any) {
			id := number(change.(values)["clientId"])
			if held, there := change.(values)["client"].(values); there {
				c.held[id] = held
			} else {
				delete(c.held, id)
			}
			if change.(values)["kind"] == "ERASED" {
				c.erased[id] = true
			}
		}
		c.since, more = part["cursor"], part["hasMore"] == true
	}
	shown := r.model.Shown(who)
	r.differ(rt, who.Role+" holds", append([]int64{}, shown...), slices.AppendSeq([]int64{}, slices.Values(slices.Sorted(maps.Keys(c.held)))))
	for id := range c.erased {
		if _, erased := r.model.Erased[id]; !erased {
			r.fail(rt, "the feed tells %s that %d was erased", who.Role, id)
		}
	}
	// The first caller reads from the beginning.
	if who.User == r.callers()[0].User && len(c.erased) != len(r.model.Erased) {
		r.fail(rt, "the feed tells that %v were erased, want %v", c.erased, r.model.Erased)
	}
	for _, id := range shown {
		want := r.record(who, r.model.People[id])
		maps.DeleteFunc(want, func(name string, _ any) bool { _, held := c.held[id][name]; return !held })
		r.differ(rt, who.Role+" holds a record", want, c.held[id])
	}
}
