package e2e_test

import (
	"encoding/json"
	"net/http"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/store"
	"clientgraph/internal/testsize"
)

// Every read there is, with the relations of the clients that it finds.
const visibilityQuery = `
query ($id: ID!, $ids: [ID!]!, $pageNumber: Int!, $pageSize: Int!, $field: ClientOrderField!, $mode: OrderMode!,
  $filter: ClientReportFilter, $first: Int, $after: String, $last: Int, $before: String, $subjects: Int!, $viewers: Int!) {
  me { role client { ...person } }
  client(clientId: $id) { ...person }
  node(id: $id) { ...person }
  nodes(ids: $ids) { ...person }
  clients(pageNumber: $pageNumber, pageSize: $pageSize, orderField: $field, orderMode: $mode) { ...person }
  clientCount
  clientConnection(filter: $filter, orderBy: {field: $field, direction: $mode}, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    nodes { ...person }
    edges { cursor node { clientId } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
fragment person on Client {
  clientId businessId clientAccountId deleted active blocked status fullName emailAddress activeAppointmentCount
  clientIdsClientCanView
  viewClientAccountIds
  viewClients(first: $subjects) { clientId clientAccountId viewByClients { clientId } viewClients { clientId deleted } }
  viewByClients(first: $viewers) { clientId viewClients { clientId } viewClientAccountIds formList { formId } }
  formList { formId }
}`

const visibilityCursorsQuery = `
query ($field: ClientOrderField!, $mode: OrderMode!, $filter: ClientReportFilter) {
  clientConnection(filter: $filter, orderBy: {field: $field, direction: $mode}, first: 100) { edges { cursor node { clientId } } }
}`

// Every role sees through every read exactly what the rules say, whatever is
// stored.
func TestPropertyReadsShowWhatTheRoleSees(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	testsize.Check(t, testsize.Of(15, 80, 500), func(rt *rapid.T) {
		world := drawWorld(rt)
		world.store(t, api)
		for range 3 {
			who := drawCaller(rt, world)
			read := drawRead(rt, world)
			if who.Role == client.RoleClient && world.login(who) == nil {
				answer := api.Do(t, who, visibilityCursorsQuery, read.variables())
				if answer.Status != http.StatusUnauthorized || answer.Data != nil {
					rt.Fatalf("%+v may not log in and was answered %d: %s", who, answer.Status, answer.Body)
				}
				continue
			}
			read.check(t, rt, api, world, who)
		}
	})
}

// modelRead are the arguments of visibilityQuery.
type modelRead struct {
	id                   client.ID
	ids                  []client.ID
	pageNumber, pageSize int
	field                store.OrderField
	mode                 string
	filter               *modelFilter
	first, last          int
	// after and before are drawn as places in the list, and taken modulo its
	// length; negative for none.
	after, before     int
	subjects, viewers int
}

func (r *modelRead) check(t *testing.T, rt *rapid.T, api *apitest.API, world *modelWorld, who client.Identity) {
	filter := modelFilter{}
	if r.filter != nil {
		filter = *r.filter
	}
	list := world.list(who, filter, r.field, r.mode)
	variables := r.variables()

	data := api.MustDo(t, who, visibilityCursorsQuery, variables)
	edges := data["clientConnection"].(map[string]any)["edges"].([]any)
	cursors := make([]string, len(edges))
	found := []string{}
	for i, edge := range edges {
		cursors[i] = edge.(map[string]any)["cursor"].(string)
		found = append(found, edge.(map[string]any)["node"].(map[string]any)["clientId"].(string))
	}
	if diff := gocmp.Diff(idsOf(list), found); diff != "" {
		rt.Fatalf("%+v lists with %+v (-model +answer):\n%s", who, r, diff)
	}

	after, before := -1, -1
	if r.after >= 0 && len(list) > 0 {
		after = r.after % len(list)
		variables["after"] = cursors[after]
	}
	if r.before >= 0 && len(list) > 0 {
		before = r.before % len(list)
		variables["before"] = cursors[before]
	}
	part := modelWindow(len(list), r.first, r.last, after, before)
	want := r.expect(world, who, list[part.from:part.to])
	want["clientConnection"] = world.connection(who, r, list, part, cursors)
	got := api.MustDo(t, who, visibilityQuery, variables)
	if diff := gocmp.Diff(asAnswered(rt, want), got); diff != "" {
		rt.Fatalf("%+v reads %+v (-model +answer):\n%s", who, r, diff)
	}
}

func (r *modelRead) expect(world *modelWorld, who client.Identity, _ []*client.Client) map[string]any {
	nodes := []any{}
	for _, id := range r.ids {
		nodes = append(nodes, world.person(who, world.find(who, id), r))
	}
	all := world.list(who, modelFilter{}, r.field, r.mode)
	page := all[min(len(all), (r.pageNumber-1)*r.pageSize):min(len(all), r.pageNumber*r.pageSize)]
	one := world.person(who, world.find(who, r.id), r)
	var own any
	if who.Role == client.RoleClient {
		own = world.person(who, world.login(who), r)
	}
	return map[string]any{
		"me":          map[string]any{"role": who.Role, "client": own},
		"client":      one,
		"node":        one,
		"nodes":       nodes,
		"clients":     world.persons(who, page, r),
		"clientCount": len(all),
	}
}

func (w *modelWorld) connection(who client.Identity, r *modelRead, list []*client.Client, part modelPart, cursors []string) map[string]any {
	edges := []any{}
	for i, c := range list[part.from:part.to] {
		edges = append(edges, map[string]any{"cursor": cursors[part.from+i], "node": map[string]any{"clientId": modelID(c.ClientID)}})
	}
	info := map[string]any{"hasNextPage": part.hasNext, "hasPreviousPage": part.hasPrevious, "startCursor": nil, "endCursor": nil}
	if part.from < part.to {
		info["startCursor"], info["endCursor"] = cursors[part.from], cursors[part.to-1]
	}
	return map[string]any{
		"totalCount": len(list),
		"nodes":      w.persons(who, list[part.from:part.to], r),
		"edges":      edges,
		"pageInfo":   info,
	}
}

func (w *modelWorld) persons(who client.Identity, list []*client.Client, r *modelRead) []any {
	persons := []any{}
	for _, c := range list {
		persons = append(persons, w.person(who, c, r))
	}
	return persons
}

// person is what the fragment person answers.
func (w *modelWorld) person(who client.Identity, c *client.Client, r *modelRead) any {
	if c == nil {
		return nil
	}
	subjects, viewers, accounts := []any{}, []any{}, w.accounts(who, c)
	for _, s := range w.subjects(who, c) {
		theirs := []any{}
		for _, second := range w.subjects(who, s) {
			theirs = append(theirs, map[string]any{"clientId": modelID(second.ClientID), "deleted": false})
		}
		subjects = append(subjects, map[string]any{
			"clientId":        modelID(s.ClientID),
			"clientAccountId": modelNullable(s.ClientAccountID),
			"viewByClients":   onlyIDs(w.viewers(who, s)),
			"viewClients":     theirs,
		})
	}
	for _, v := range w.viewers(who, c) {
		viewers = append(viewers, map[string]any{
			"clientId":             modelID(v.ClientID),
			"viewClients":          onlyIDs(w.subjects(who, v)),
			"viewClientAccountIds": w.accounts(who, v),
			"formList":             w.formsOf(v),
		})
	}
	open := 0
	for _, a := range c.Appointments {
		if a.Status == client.AppointmentOpen {
			open++
		}
	}
	return map[string]any{
		"clientId": modelID(c.ClientID), "businessId": modelID(c.BusinessID), "clientAccountId": modelNullable(c.ClientAccountID),
		"deleted": c.Lifecycle != client.Live, "active": c.Lifecycle == client.Live, "blocked": c.Blocked, "status": c.Status,
		"fullName": modelName(c), "emailAddress": c.EmailAddress, "activeAppointmentCount": open,
		"clientIdsClientCanView": idsOf(w.subjects(who, c)), "viewClientAccountIds": accounts,
		"viewClients": subjects[:min(len(subjects), r.subjects)], "viewByClients": viewers[:min(len(viewers), r.viewers)],
		"formList": w.formsOf(c),
	}
}

func (w *modelWorld) accounts(who client.Identity, c *client.Client) []any {
	accounts := []any{}
	for _, v := range w.viewers(who, c) {
		if v.ClientAccountID != nil {
			accounts = append(accounts, modelID(*v.ClientAccountID))
		}
	}
	return accounts
}

func onlyIDs(list []*client.Client) []any {
	only := []any{}
	for _, c := range list {
		only = append(only, map[string]any{"clientId": modelID(c.ClientID)})
	}
	return only
}

func idsOf(list []*client.Client) []string {
	ids := []string{}
	for _, c := range list {
		ids = append(ids, modelID(c.ClientID))
	}
	return ids
}

// asAnswered brings a value into the shape of a decoded answer.
func asAnswered(rt *rapid.T, value map[string]any) map[string]any {
	data, err := json.Marshal(value)
	if err != nil {
		rt.Fatal(err)
	}
	var answered map[string]any
	if err := json.Unmarshal(data, &answered); err != nil {
		rt.Fatal(err)
	}
	return answered
}

// A CLIENT's rows are told by their ids: what else is asked for narrows them
// down.
func TestClientFindsByAddressAndNameOnlyWhoHasThem(t *testing.T) {
	api := reference(t)
	create(t, api, owner(), person(values{"emailAddress": "other@example.com", "externalUserName": "other"}))
	own := create(t, api, owner(), person(values{"emailAddress": "own@example.com", "externalUserName": "own", "password": "correct horse"}))
	who := account(number(t, read(t, api, owner(), own, "clientAccountId")["clientAccountId"].(string)))
	got := api.MustDo(t, who, `{
		own: clientsByEmail(emailAddress: "OWN@example.com") { clientId }
		other: clientsByEmail(emailAddress: "other@example.com") { clientId }
		nobody: clientsByEmail(emailAddress: "nobody@example.com") { clientId }
		named: clientsByExternalUserName(externalUserName: "own", includeDeleted: true) { clientId }
		otherwise: clientsByExternalUserName(externalUserName: "other", includeDeleted: true) { clientId }
	}`, nil)
	want := plain(values{
		"own": entries(values{"clientId": own}), "other": entries(), "nobody": entries(),
		"named": entries(values{"clientId": own}), "otherwise": entries(),
	})
	if diff := gocmp.Diff(want, any(got)); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}
