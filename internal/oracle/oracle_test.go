package oracle_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
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
	testsize.Check(t, testsize.Of(2, 8, 300), func(rt *rapid.T) {
		// A business of its own is as good as a database of its own.
		business++
		r := &run{t: t, api: api, business: business}
		r.begin()
		r.populate(rt)
		r.observe(rt)
		for range 50 {
			if r.step(rt) {
				r.observe(rt)
			}
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
	// copies are what some callers made of the feed, by user, and histories what
	// their histories make of clients.
	copies    map[string]*copied
	histories histories
	// merges are the ids of all merges there ever were.
	merges []int64
	keys   keys
	// log is what was done, for when it fails.
	log []string
}

// begin makes the business's custom fields.
func (r *run) begin() {
	r.model = oracle.New(map[int64]string{})
	for _, property := range []string{"companyName", "cellPhone", "lastName", ""} {
		r.defineField("field "+property, property)
	}
	r.copies, r.histories = map[string]*copied{}, histories{}
	r.keys.free = map[string][]string{}
}

// defineField makes a custom field that stands for a property, or for none.
func (r *run) defineField(label, property string) {
	input := values{"label": label, "type": "TEXT"}
	if property != "" {
		input["propertyCode"] = property
	}
	answer := r.api.MustDo(r.t, apitest.Owner(r.business), `mutation ($input: CreateFieldDefinitionInput!) {
		createFieldDefinition(input: $input) { fieldDefinition { schedulerPreferenceFieldDefnId } userErrors { code } } }`, values{"input": input})
	id := number(answer["createFieldDefinition"].(values)["fieldDefinition"].(values)["schedulerPreferenceFieldDefnId"])
	r.model.Fields[id] = property
	r.fields = append(r.fields, id)
}

// populate makes the first clients: of a few alone most mutations find nobody.
func (r *run) populate(rt *rapid.T) {
	inputs := []any{}
	for range rapid.IntRange(4, 6).Draw(rt, "clients") {
		input := values{"password": "correct horse"}
		for _, name := range []string{"firstName", "lastName", "emailAddress", "city"} {
			input[name] = rapid.SampledFrom(sound(oracle.Owner)[name]).Draw(rt, name)
		}
		if rapid.Bool().Draw(rt, "without login") {
			delete(input, "password")
		}
		inputs = append(inputs, input)
	}
	r.sendCreateAll(rt, r.callers()[0], inputs)
}

// step does one thing. The first choice is nothing, so that a sequence that
// fails shrinks to what it takes. It says whether anything was sent.
func (r *run) step(rt *rapid.T) bool {
	steps := map[string]func(*rapid.T){
		"createClient": r.create, "patchClient": r.patch, "updateClient": r.update, "upsertClient": r.upsert,
		"deleteClient": r.delete, "restoreClient": r.restore,
		"createClients": r.createAll, "patchClients": r.patchAll,
		"setClientFields": r.setFields, "removeClientFields": r.removeFields,
		"addClientTags": r.addTags, "removeClientTags": r.removeTags,
		"addClientViewers": r.addViewers, "removeClientViewers": r.removeViewers,
		"mergeClients": r.merge, "unmergeClients": r.unmerge, "eraseClient": r.erase,
		"again":              r.again,
		"recordAppointments": r.appoint,
	}
	names := []string{"nothing", "createClient", "patchClient", "patchClient", "deleteClient", "restoreClient", "recordAppointments", "mergeClients", "mergeClients", "unmergeClients", "unmergeClients", "addClientViewers", "again"}
	names = append(names, slices.Sorted(maps.Keys(steps))...)
	said := len(r.log)
	if step := steps[rapid.SampledFrom(names).Draw(rt, "step")]; step != nil {
		step(rt)
	}
	return len(r.log) > said
}
