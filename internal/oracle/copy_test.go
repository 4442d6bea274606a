package oracle_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/oracle"
	"clientgraph/internal/testsize"
)

// offline is a copy as the schema says to keep one, made of nothing but the feed
// and the definitions that it asks to read.
type offline struct {
	since   any
	clients map[int64]values
	pairs   map[oracle.Edge]bool
	version any
	fields  []values
}

// TestPropertyCopyKeptByTheFeedIsTheServersState: after each of some random writes,
// of clients and of custom fields, a copy that read on in the feed answers what the
// server does to an owner, a member of the staff and a client: who is there,
// fields, relations and labels.
func TestPropertyCopyKeptByTheFeedIsTheServersState(t *testing.T) {
	api := apitest.New(t)
	business := int64(1_000_000)
	testsize.Check(t, testsize.Of(2, 6, 200), func(rt *rapid.T) {
		business++
		r := &run{t: t, api: api, business: business}
		r.begin()
		r.populate(rt)
		copies := map[string]*offline{}
		for range 40 {
			if rarely(rt, "a custom field") {
				r.define(rt)
			} else if !r.step(rt) {
				continue
			}
			r.compareCopies(rt, copies)
		}
		// What a retired field's values do to later writes is another test's.
		for len(r.fields) > 0 {
			r.retire(rt, r.fields[0])
			r.compareCopies(rt, copies)
		}
	})
}

// compareCopies reads on for the owner, a member of the staff and a client.
func (r *run) compareCopies(rt *rapid.T, copies map[string]*offline) {
	callers := r.callers()
	followers := []oracle.Caller{callers[0], callers[3]}
	if own := slices.IndexFunc(callers, func(who oracle.Caller) bool { return r.model.Own(who) != nil }); own >= 0 {
		followers = append(followers, callers[own])
	}
	for _, who := range followers {
		name := fmt.Sprint(who.Role, " ", who.AccountID)
		if copies[name] == nil {
			copies[name] = &offline{clients: map[int64]values{}, pairs: map[oracle.Edge]bool{}}
		}
		if !r.readOn(rt, who, copies[name]) {
			// Another login sees other clients: it begins anew.
			copies[name] = &offline{clients: map[int64]values{}, pairs: map[oracle.Edge]bool{}}
			r.readOn(rt, who, copies[name])
		}
		r.compareCopy(rt, who, copies[name])
	}
}

// ownFields are what is asked of a client beside its relations and custom fields.
func ownFields(who oracle.Caller) string {
	return "clientId version clientAccountId activeAppointmentCount " + strings.Join(visible(who.Role), " ") + " "
}

// readOn brings a copy up to date, and says whether it could go on.
func (r *run) readOn(rt *rapid.T, who oracle.Caller, c *offline) bool {
	query := `query ($since: String) { clientChanges(since: $since, first: 7) { cursor hasMore fieldDefinitionsVersion changes { kind clientId client {
		` + ownFields(who) + ` fields { schedulerPreferenceFieldDefnId value } clientIdsClientCanView viewByClients { clientId } } } } }`
	for more := true; more; {
		response := r.api.Do(r.t, r.identity(who), query, values{"since": c.since})
		if len(response.Errors) > 0 && response.Errors[0].Code() == "RESYNC_REQUIRED" {
			return false
		}
		if len(response.Errors) > 0 {
			r.fail(rt, "the feed answered %s", response.Body)
		}
		part := response.Data["clientChanges"].(values)
		for _, change := range entriesOf(part["changes"]) {
			held, _ := change["client"].(values)
			c.take(number(change["clientId"]), held)
		}
		if version := part["fieldDefinitionsVersion"]; version != c.version {
			c.version = version
			data := r.api.MustDo(r.t, r.identity(who), `{ fieldDefinitions { schedulerPreferenceFieldDefnId label type propertyCode choices } }`, nil)
			c.fields = entriesOf(data["fieldDefinitions"])
		}
		c.since, more = part["cursor"], part["hasMore"] == true
	}
	return true
}

// take keeps a client and its pairs in place of those that there were; nil is for
// none.
func (c *offline) take(id int64, held values) {
	maps.DeleteFunc(c.pairs, func(pair oracle.Edge, _ bool) bool { return pair.Viewer == id || pair.Subject == id })
	delete(c.clients, id)
	if held == nil {
		return
	}
	for _, subject := range held["clientIdsClientCanView"].([]any) {
		c.pairs[oracle.Edge{Viewer: id, Subject: number(subject)}] = true
	}
	for _, viewer := range entriesOf(held["viewByClients"]) {
		c.pairs[oracle.Edge{Viewer: number(viewer["clientId"]), Subject: id}] = true
	}
	c.clients[id] = held
}

// compareCopy holds what a copy answers to what the server does.
func (r *run) compareCopy(rt *rapid.T, who oracle.Caller, c *offline) {
	data := r.api.MustDo(r.t, r.identity(who), `{ clients(pageSize: 500) { `+ownFields(who)+` fields { schedulerPreferenceFieldDefnId label type propertyCode choices value }
		clientIdsClientCanView viewClients { clientId } viewByClients { clientId } viewClientAccountIds } }`, nil)
	server := entriesOf(data["clients"])
	slices.SortFunc(server, func(a, b values) int { return cmp.Compare(number(a["clientId"]), number(b["clientId"])) })
	copied := []values{}
	for _, id := range slices.Sorted(maps.Keys(c.clients)) {
		copied = append(copied, c.answer(id))
	}
	r.differ(rt, who.Role+"'s copy holds", append([]values{}, server...), copied)
}

// answer is what a copy tells of a client.
func (c *offline) answer(id int64) values {
	held := c.clients[id]
	told := maps.Clone(held)
	fields := []any{}
	for _, definition := range c.fields {
		field := maps.Clone(definition)
		if property, stands := definition["propertyCode"].(string); stands {
			field["value"] = held[property]
		} else {
			field["value"] = valueOf(held, definition["schedulerPreferenceFieldDefnId"])
		}
		fields = append(fields, field)
	}
	var subjects, viewers []int64
	for pair := range c.pairs {
		if pair.Viewer == id {
			subjects = append(subjects, pair.Subject)
		}
		if pair.Subject == id {
			viewers = append(viewers, pair.Viewer)
		}
	}
	slices.Sort(subjects)
	slices.Sort(viewers)
	accounts := []any{}
	for _, viewer := range viewers {
		if account := c.clients[viewer]["clientAccountId"]; account != nil {
			accounts = append(accounts, account)
		}
	}
	told["fields"], told["clientIdsClientCanView"], told["viewClients"] = fields, texts(subjects), clients(subjects)
	told["viewByClients"], told["viewClientAccountIds"] = clients(viewers), accounts
	return told
}

// valueOf is the value of a custom field when the client was read.
func valueOf(held values, definition any) any {
	for _, field := range entriesOf(held["fields"]) {
		if field["schedulerPreferenceFieldDefnId"] == definition {
			return field["value"]
		}
	}
	return nil
}

// define makes a custom field, of its own or for a property, or gives one another
// label.
func (r *run) define(rt *rapid.T) {
	owner := r.identity(r.callers()[0])
	label := rapid.SampledFrom([]string{"Drink", "Nickname", "Room"}).Draw(rt, "label")
	if len(r.fields) > 0 && rapid.Bool().Draw(rt, "rename") {
		id := strconv.FormatInt(rapid.SampledFrom(r.fields).Draw(rt, "field"), 10)
		r.log = append(r.log, "rename field "+id+" to "+label)
		r.api.MustDo(r.t, owner, `mutation ($id: ID!, $label: String!) { updateFieldDefinition(schedulerPreferenceFieldDefnId: $id, input: {label: $label}) { userErrors { code } } }`,
			values{"id": id, "label": label})
		return
	}
	property := rapid.SampledFrom([]string{"", "city", "externalUserName"}).Draw(rt, "property")
	for id, taken := range r.model.Fields {
		if property != "" && taken == property {
			r.retire(rt, id)
			return
		}
	}
	r.defineField(label, property)
}

// retire takes a custom field out of use.
func (r *run) retire(rt *rapid.T, id int64) {
	r.log = append(r.log, fmt.Sprintf("retire field %d", id))
	answer := r.api.MustDo(r.t, r.identity(r.callers()[0]), `mutation ($id: ID!) { retireFieldDefinition(schedulerPreferenceFieldDefnId: $id) { userErrors { code } } }`,
		values{"id": strconv.FormatInt(id, 10)})
	r.differ(rt, "retired", []any{}, answer["retireFieldDefinition"].(values)["userErrors"])
	r.fields = slices.DeleteFunc(r.fields, func(other int64) bool { return other == id })
	delete(r.model.Fields, id)
}
