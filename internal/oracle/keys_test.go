package oracle_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"clientgraph/internal/oracle"
)

// sent is a mutation as it was sent, under a key or none.
type sent struct {
	who              oracle.Caller
	key, name, query string
	variables        values
	// payload is what it was answered, if it was done.
	payload values
}

// keyed is the query with the argument for a key.
func (s sent) keyed() string {
	if s.key == "" {
		return s.query
	}
	declared := strings.Replace(s.query, "mutation (", "mutation ($key: String, ", 1)
	return strings.Replace(declared, s.name+"(", s.name+"(idempotencyKey: $key, ", 1)
}

// keys are what became of idempotency keys. They are a user's: those of all
// logins of one name.
type keys struct {
	count int
	// used are the mutations that were done under one, and free, by user, are the
	// keys of those that were refused.
	used []sent
	free map[string][]string
}

// drawKey draws a key that was never used, or is free again, or none.
func (r *run) drawKey(rt *rapid.T, who oracle.Caller) string {
	if rapid.IntRange(0, 3).Draw(rt, "with key") < 3 {
		return ""
	}
	if free := r.keys.free[who.User]; len(free) > 0 && rapid.Bool().Draw(rt, "free key") {
		r.keys.free[who.User] = free[1:]
		return free[0]
	}
	r.keys.count++
	return fmt.Sprintf("key %d", r.keys.count)
}

// keep remembers a mutation that was done under a key. A batch's key is one of
// each entry: of one that was done in part no more is said.
func (r *run) keep(s sent, a answer) {
	if s.key == "" {
		return
	}
	results, isBatch := a.payload["results"].([]any)
	done, failed := 0, len(a.failures)
	for _, result := range results {
		if failures(result.(values)) == nil {
			done++
		} else {
			failed++
		}
	}
	if !isBatch && a.payload != nil && failed == 0 {
		done++
	}
	switch {
	case done == 0:
		r.free(s)
	case failed == 0:
		s.payload = a.payload
		r.keys.used = append(r.keys.used, s)
	}
}

func (r *run) free(s sent) { r.keys.free[s.who.User] = append(r.keys.free[s.who.User], s.key) }

// forgetKeys forgets the answers that are about erased clients: their keys stay
// used, and do nothing any more.
func (r *run) forgetKeys(gone []int64) {
	r.keys.used = slices.DeleteFunc(r.keys.used, func(s sent) bool {
		about := false
		eachClient(s.payload, func(place values, name string) {
			about = about || slices.Contains(gone, number(place[name].(values)["clientId"]))
		})
		return about
	})
}

// eachClient calls do with each place of a payload that holds a client. Those
// that an undone merge brought back are told with their survivor.
func eachClient(payload values, do func(place values, name string)) {
	if _, has := payload["client"].(values); has {
		do(payload, "client")
	}
	results, _ := payload["results"].([]any)
	for _, result := range results {
		eachClient(result.(values), do)
	}
	clients, _ := payload["clients"].([]any)
	for _, c := range clients {
		do(values{"client": c}, "client")
	}
}

// again sends a mutation once more that was done under a key, whatever happened
// since: it is answered as it was then, and done no second time. Anything else
// under the key is refused.
func (r *run) again(rt *rapid.T) {
	if len(r.keys.used) == 0 {
		return
	}
	s := rapid.SampledFrom(r.keys.used).Draw(rt, "again")
	same := slices.DeleteFunc(r.callers(), func(who oracle.Caller) bool { return who.User != s.who.User })
	s.who = rapid.SampledFrom(same).Draw(rt, "caller")
	if rapid.Bool().Draw(rt, "another input") {
		got := r.once(rt, r.another(rt, s))
		r.compare(rt, got, oracle.Outcome{Failures: []oracle.Failure{{Code: "IDEMPOTENCY_KEY_REUSED", At: "idempotencyKey"}}})
		return
	}
	if got := r.once(rt, s); !got.refused {
		r.differ(rt, "answered again", r.today(s), got.payload)
	}
}

// another is something else under the same key: another input of the mutation,
// or another mutation.
func (r *run) another(rt *rapid.T, s sent) sent {
	elsewhere := values{"city": "Elsewhere"}
	variables := maps.Clone(s.variables)
	input, hasInput := variables["input"].(values)
	switch other := rapid.Bool().Draw(rt, "another mutation"); {
	case !other && strings.Contains(s.query, "$version: Int"):
		variables["version"] = 1_000_000
	case !other && hasInput:
		maps.Copy(elsewhere, input)
		elsewhere["city"] = "Elsewhere"
		variables["input"] = elsewhere
	default:
		s.name, s.query = "patchClient", `mutation ($id: ID!, $patch: ClientPatch!) { patchClient(clientId: $id, patch: $patch) { `+oneAnswer+` } }`
		id := rapid.SampledFrom(r.ids()).Draw(rt, "client")
		variables = values{"id": texts([]int64{id})[0], "patch": elsewhere}
	}
	s.variables = variables
	return s
}

// today is the answer of then, as far as the caller sees it today. What was
// erased of it with others is told no more.
func (r *run) today(s sent) values {
	text, _ := json.Marshal(s.payload)
	var told values
	_ = json.Unmarshal(text, &told)
	erased := slices.Collect(maps.Values(r.model.Erased))
	eachClient(told, func(place values, name string) {
		c := place[name].(values)
		if account := number(c["clientAccountId"]); account != 0 && slices.Contains(erased, account) {
			c["clientAccountId"] = nil
		}
		if !r.model.Sees(s.who, r.model.Survivor(number(c["clientId"]))) {
			place[name] = nil
		}
	})
	if id := number(told["mergeId"]); r.model.Merges[id] == nil && told["report"] != nil {
		told["report"] = nil
	}
	return told
}
