package oracle_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/oracle"
)

// answer is what the service said to a mutation.
type answer struct {
	refused   bool
	forbidden bool
	payload   values
	failures  []oracle.Failure
}

// send sends a mutation whose payload has a client.
func (r *run) send(rt *rapid.T, who oracle.Caller, name, declared, arguments string, variables values) answer {
	more := ""
	if name == "upsertClient" {
		more = " created"
	}
	query := fmt.Sprintf("mutation %s { %s%s { "+oneAnswer+more+" } }", declared, name, arguments)
	return r.do(rt, who, name, query, variables)
}

// oneAnswer is what is asked of a payload about one client.
const oneAnswer = "client { clientId version clientAccountId } userErrors { code field }"

// sendTo sends one about an existing client.
func (r *run) sendTo(rt *rapid.T, who oracle.Caller, t oracle.Target, name, declared, arguments string, variables values) answer {
	if variables == nil {
		variables = values{}
	}
	variables["id"] = strconv.FormatInt(t.ID, 10)
	if t.Expected != nil {
		variables["version"] = *t.Expected
	}
	return r.send(rt, who, name, "($id: ID!, $version: Int"+declared+")", "(clientId: $id, expectedVersion: $version"+arguments+")", variables)
}

// sendEntries sends one about some entries of a list of a client.
func (r *run) sendEntries(rt *rapid.T, who oracle.Caller, t oracle.Target, name, kind, argument string, entries []any) answer {
	return r.sendTo(rt, who, t, name, ", $entries: ["+kind+"!]!", ", "+argument+": $entries", values{"entries": entries})
}

// sendAll sends a batch.
func (r *run) sendAll(rt *rapid.T, who oracle.Caller, name, kind, argument string, entries []any) answer {
	query := fmt.Sprintf("mutation ($entries: [%s!]!) { %s(%s: $entries) { results { "+oneAnswer+" } userErrors { code field } } }", kind, name, argument)
	return r.do(rt, who, name, query, values{"entries": entries})
}

// do sends a mutation, at times under a key.
func (r *run) do(rt *rapid.T, who oracle.Caller, name, query string, variables values) answer {
	s := sent{who: who, key: r.drawKey(rt, who), name: name, query: query, variables: variables}
	a := r.once(rt, s)
	r.keep(s, a)
	return a
}

func (r *run) once(rt *rapid.T, s sent) answer {
	variables := maps.Clone(s.variables)
	if s.key != "" {
		variables["key"] = s.key
	}
	said, _ := json.Marshal(variables)
	r.log = append(r.log, fmt.Sprintf("%s %s %d %s %s", s.who.Role, s.who.User, s.who.AccountID, s.name, said))
	response := r.api.Do(r.t, r.identity(s.who), s.keyed(), variables)
	if response.Status == 401 {
		return answer{refused: true}
	}
	a := answer{}
	a.payload, _ = response.Data[s.name].(values)
	for _, e := range response.Errors {
		if e.Code() != "FORBIDDEN" {
			r.fail(rt, "answered %s", response.Body)
		}
		a.forbidden = true
	}
	a.failures = failures(a.payload)
	return a
}

func failures(payload values) []oracle.Failure {
	var all []oracle.Failure
	list, _ := payload["userErrors"].([]any)
	for _, e := range list {
		all = append(all, oracle.Failure{Code: e.(values)["code"].(string), At: joined(e.(values)["field"])})
	}
	return all
}

// made are the ids that the service chose for what it wrote.
func (a answer) made() (id, account int64) {
	made, _ := a.payload["client"].(values)
	return number(made["clientId"]), number(made["clientAccountId"])
}

// compare holds an answer to the outcome that the model foresaw.
func (r *run) compare(rt *rapid.T, got answer, want oracle.Outcome) {
	if got.refused {
		// A login that is no good: the model's world must say so too, and nothing
		// may have changed; observe sees to both.
		return
	}
	order := func(a, b oracle.Failure) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Code, b.Code)) }
	slices.SortFunc(got.failures, order)
	slices.SortFunc(want.Failures, order)
	if got.forbidden != want.Forbidden || !slices.Equal(got.failures, want.Failures) {
		r.fail(rt, "forbidden %v, failures %v; want %v, %v", got.forbidden, got.failures, want.Forbidden, want.Failures)
	}
	if made, ok := got.payload["client"].(values); ok {
		if id := number(made["clientId"]); number(made["version"]) != r.model.People[id].Version {
			r.fail(rt, "client %d has version %v, want %d", id, made["version"], r.model.People[id].Version)
		}
	}
}

// compareAll holds each entry of a batch to the outcome that the model has of it
// alone: the argument of one is an entry of the batch's.
func (r *run) compareAll(rt *rapid.T, got answer, count int, one, all string, do func(i int, a answer) oracle.Outcome) {
	results, _ := got.payload["results"].([]any)
	if !got.refused && !got.forbidden && len(results) != count {
		r.fail(rt, "%d results for %d entries, and %v", len(results), count, got.failures)
	}
	for i := range count {
		a := got
		if i < len(results) {
			a.payload = results[i].(values)
			a.failures = failures(a.payload)
		}
		outcome := do(i, a)
		for j, f := range outcome.Failures {
			_, rest, _ := strings.Cut("."+strings.TrimPrefix(f.At, one), ".")
			outcome.Failures[j].At = fmt.Sprintf("%s.%d.%s", all, i, strings.TrimPrefix(rest, "."))
		}
		r.compare(rt, a, outcome)
	}
}

func (r *run) fail(rt *rapid.T, format string, arguments ...any) {
	rt.Fatalf("%s\nafter\n%s", fmt.Sprintf(format, arguments...), strings.Join(r.log, "\n"))
}

func (r *run) differ(rt *rapid.T, what string, want, got any) {
	if diff := gocmp.Diff(want, got); diff != "" {
		r.fail(rt, "%s (-want +got):\n%s", what, diff)
	}
}

func (r *run) identity(who oracle.Caller) client.Identity {
	permissions, err := client.ParsePermissions(who.Permissions)
	if err != nil {
		r.t.Fatal(err)
	}
	return client.Identity{
		BusinessID: r.business, User: who.User, Role: client.Role(who.Role), Permissions: permissions,
		StaffID: who.StaffID, LocationIDs: who.LocationIDs, ClientAccountID: who.AccountID,
	}
}

// number is an id, or a number, of an answer; 0 for null.
func number(value any) int64 {
	switch v := value.(type) {
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	case float64:
		return int64(v)
	}
	return 0
}

func joined(field any) string {
	list, _ := field.([]any)
	texts := make([]string, len(list))
	for i, element := range list {
		texts[i] = element.(string)
	}
	return strings.Join(texts, ".")
}
