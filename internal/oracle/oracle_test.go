package oracle_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/oracle"
	"clientgraph/internal/testdb"
	"clientgraph/internal/testsize"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// TestPropertyServiceIsAsTheOracleSays: random mutations by random callers do to
// the service exactly what they do to the model, and after each of them every
// caller sees exactly what the model says.
func TestPropertyServiceIsAsTheOracleSays(t *testing.T) {
	api := apitest.New(t)
	business := int64(0)
	testsize.Check(t, testsize.Of(4, 40, 300), func(rt *rapid.T) {
		// A business of its own is as good as a database of its own.
		business++
		r := &run{t: t, api: api, business: business}
		r.begin()
		for range 50 {
			r.step(rt)
			r.observe(rt)
		}
	})
}

// run is one sequence: a business of the service, and the model of it.
type run struct {
	t        *testing.T
	api      *apitest.API
	business int64
	model    *oracle.Model
	// fields are the ids of the custom fields.
	fields []int64
	// told is the scheduler's clock.
	told int64
	// log is what was done, for when it fails.
	log []string
}

// begin makes the business's custom fields.
func (r *run) begin() {
	model := map[int64]string{}
	for _, property := range []string{"companyName", "cellPhone", ""} {
		input := values{"label": "field " + property, "type": "TEXT"}
		if property != "" {
			input["propertyCode"] = property
		}
		answer := r.api.MustDo(r.t, apitest.Owner(r.business), `mutation ($input: CreateFieldDefinitionInput!) {
			createFieldDefinition(input: $input) { fieldDefinition { schedulerPreferenceFieldDefnId } userErrors { code } } }`, values{"input": input})
		id := number(answer["createFieldDefinition"].(values)["fieldDefinition"].(values)["schedulerPreferenceFieldDefnId"])
		model[id] = property
		r.fields = append(r.fields, id)
	}
	r.model = oracle.New(model)
}

// step does one thing. The first choice is nothing, so that a sequence that
// fails shrinks to what it takes.
func (r *run) step(rt *rapid.T) {
	steps := map[string]func(*rapid.T){
		"createClient": r.create, "patchClient": r.patch, "deleteClient": r.delete, "restoreClient": r.restore,
		"recordAppointments": r.appoint,
	}
	names := []string{
		"nothing", "createClient", "createClient", "patchClient", "patchClient", "patchClient", "deleteClient", "restoreClient",
		"recordAppointments",
	}
	if step := steps[rapid.SampledFrom(names).Draw(rt, "step")]; step != nil {
		step(rt)
	}
}

func (r *run) create(rt *rapid.T) {
	who, input := r.drawCaller(rt), r.drawInput(rt, rapid.IntRange(0, 9).Draw(rt, "complete") > 0)
	answer := r.send(rt, who, "createClient", "($input: CreateClientInput!)", "(input: $input)", values{"input": input})
	made, _ := answer.payload["client"].(values)
	r.compare(rt, answer, r.model.Create(who, number(made["clientId"]), input, number(made["clientAccountId"])))
}

func (r *run) patch(rt *rapid.T) {
	who, target, patch := r.drawCaller(rt), r.drawTarget(rt), r.drawInput(rt, false)
	answer := r.sendTo(rt, who, target, "patchClient", ", $patch: ClientPatch!", ", patch: $patch", values{"patch": patch})
	made, _ := answer.payload["client"].(values)
	r.compare(rt, answer, r.model.Patch(who, target, patch, number(made["clientAccountId"])))
}

func (r *run) delete(rt *rapid.T) {
	who, target := r.drawCaller(rt), r.drawTarget(rt)
	r.compare(rt, r.sendTo(rt, who, target, "deleteClient", "", "", nil), r.model.Delete(who, target))
}

func (r *run) restore(rt *rapid.T) {
	who, target := r.drawCaller(rt), r.drawTarget(rt)
	r.compare(rt, r.sendTo(rt, who, target, "restoreClient", "", "", nil), r.model.Restore(who, target))
}

func (r *run) appoint(rt *rapid.T) {
	who := r.drawCaller(rt)
	id, news := r.drawNews(rt)
	entry := values{"appointmentId": strconv.FormatInt(id, 10), "modifiedDate": instant(news.Told)}
	name, kind := "removeAppointments", "AppointmentRemovalInput"
	if !news.Removed {
		name, kind = "recordAppointments", "AppointmentInput"
		status := "CANCELLED"
		if news.Open {
			status = "OPEN"
		}
		entry["clientId"], entry["staffId"], entry["locationId"] = strconv.FormatInt(news.SentFor, 10), news.StaffID, news.Location
		entry["start"], entry["status"] = instant(0), status
	}
	query := fmt.Sprintf("mutation ($a: [%s!]!) { %s(appointments: $a) { userErrors { code field } } }", kind, name)
	r.compare(rt, r.do(rt, who, name, query, values{"a": []any{entry}}), r.model.Record(who, id, news))
}

func instant(second int64) string {
	return time.Date(2030, 1, 1, 0, 0, int(second), 0, time.UTC).Format(time.RFC3339)
}

// answer is what the service said to a mutation.
type answer struct {
	refused   bool
	forbidden bool
	payload   values
	failures  []oracle.Failure
}

// send sends a mutation whose payload has a client.
func (r *run) send(rt *rapid.T, who oracle.Caller, name, declared, arguments string, variables values) answer {
	query := fmt.Sprintf("mutation %s { %s%s { client { clientId version clientAccountId } userErrors { code field } } }", declared, name, arguments)
	return r.do(rt, who, name, query, variables)
}

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

func (r *run) do(rt *rapid.T, who oracle.Caller, name, query string, variables values) answer {
	r.log = append(r.log, fmt.Sprintf("%s %d %s: %v", who.Role, who.AccountID, name, variables))
	response := r.api.Do(r.t, r.identity(who), query, variables)
	if response.Status == 401 {
		return answer{refused: true}
	}
	a := answer{}
	a.payload, _ = response.Data[name].(values)
	for _, e := range response.Errors {
		if e.Code() != "FORBIDDEN" {
			r.fail(rt, "answered %s", response.Body)
		}
		a.forbidden = true
	}
	list, _ := a.payload["userErrors"].([]any)
	for _, e := range list {
		a.failures = append(a.failures, oracle.Failure{Code: e.(values)["code"].(string), At: joined(e.(values)["field"])})
	}
	return a
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
