package e2e_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/testsize"
)

// Every read that takes the filter of a report.
const reportQuery = `
query ($filter: ClientReportFilter, $field: ClientOrderField!, $mode: OrderMode!, $number: Int!, $size: Int!, $ids: Int!, $first: Int!) {
  clientReportWithCount(filter: $filter, orderField: $field, orderMode: $mode, pageNumber: $number, pageSize: $size) { clients { clientId } count }
  clientReport(filter: $filter, orderField: $field, orderMode: $mode, pageNumber: $number, pageSize: $size) { clientId }
  clientReportCount(filter: $filter)
  clientIdList(filter: $filter, pageSize: $ids)
  clientConnection(filter: $filter, orderBy: {field: $field, direction: $mode}, first: $first) { totalCount nodes { clientId } pageInfo { hasNextPage endCursor } }
}`

const reportNextQuery = `
query ($filter: ClientReportFilter, $field: ClientOrderField!, $mode: OrderMode!, $first: Int!, $after: String) {
  clientConnection(filter: $filter, orderBy: {field: $field, direction: $mode}, first: $first, after: $after) {
    nodes { clientId } pageInfo { hasNextPage endCursor }
  }
}`

// Every filter of a report, alone and with others, means exactly the clients that
// the rules say, to every role, in every read that takes it: the lists, their
// order and their counts.
func TestPropertyReportsMeanWhatTheirFilterSays(t *testing.T) {
	t.Parallel()
	api, w := newReportWorld(t)
	zones := map[string]*time.Location{}
	for _, z := range reportZones {
		zone, err := time.LoadLocation(z.zone)
		if err != nil {
			t.Fatal(err)
		}
		zones[z.zone] = zone
	}
	testsize.Check(t, testsize.Of(15, 120, 2000), func(rt *rapid.T) {
		one := drawReport(rt, w, (*reportDrawing).all)
		who := w.callers[one.caller]
		business := *w.businesses[0]
		business.TimeZoneID = one.zone
		if err := api.Store.PutBusiness(t.Context(), &business); err != nil {
			rt.Fatal(err)
		}
		zone := zones[one.zone]
		if who.BusinessID == foreignBusiness {
			zone = time.UTC
		}
		var list []*client.Client
		for _, c := range w.lists[one.caller][one.field] {
			if w.matches(one.filter, who.Role, zone, c) {
				list = append(list, c)
			}
		}
		one.check(t, rt, api, who, list)
	})
}

// check holds the answers to the list that the model found, in ascending order.
func (one *reportCase) check(t *testing.T, rt *rapid.T, api *apitest.API, who client.Identity, list []*client.Client) {
	want := idsOf(list)
	if one.mode == "DESC" {
		slices.Reverse(want)
	}
	if one.beyond {
		one.pageNumber = len(want)/one.pageSize + 2
	}
	variables := values{
		"filter": one.variables, "field": one.field, "mode": one.mode, "number": one.pageNumber, "size": one.pageSize,
		"ids": one.ids, "first": one.connection,
	}
	response := api.Do(t, who, reportQuery, variables)
	if who.Role == client.RoleClient && len(one.filter.tags) > 0 {
		for _, e := range response.Errors {
			if e.Code() != "FORBIDDEN" || joined(e.Extensions["field"]) != "filter.tagsList" {
				rt.Fatalf("a CLIENT asked for tags and was answered %s", response.Body)
			}
		}
		if len(response.Errors) != 5 {
			rt.Fatalf("a CLIENT asked for tags and was answered %s", response.Body)
		}
		return
	}
	if len(response.Errors) > 0 {
		rt.Fatalf("%s asks for %s and is answered %s", who.Role, literal(one.variables), response.Body)
	}
	from := min(len(want), (one.pageNumber-1)*one.pageSize)
	page := want[from:min(len(want), from+one.pageSize)]
	report := response.Data["clientReportWithCount"].(values)
	connection := response.Data["clientConnection"].(values)
	got := values{
		"reportWithCount": inOrder(report["clients"]), "count": report["count"],
		"report": inOrder(response.Data["clientReport"]), "reportCount": response.Data["clientReportCount"],
		"idList": plainTexts(response.Data["clientIdList"]), "connection": one.rest(t, api, who, variables, connection),
		"totalCount": connection["totalCount"],
	}
	count := float64(len(want))
	slices.SortFunc(list, func(a, b *client.Client) int { return cmp.Compare(a.ClientID, b.ClientID) })
	byID := idsOf(list)
	expected := values{
		"reportWithCount": page, "count": count, "report": page, "reportCount": count,
		"idList": byID[:min(len(byID), one.ids)], "connection": want, "totalCount": count,
	}
	if diff := gocmp.Diff(expected, got); diff != "" {
		rt.Fatalf("%+v in %s asks for %s (-model +answer):\n%s", who, one.zone, literal(one.variables), diff)
	}
}

// rest reads a connection on to its end.
func (one *reportCase) rest(t *testing.T, api *apitest.API, who client.Identity, variables values, connection values) []string {
	all := inOrder(connection["nodes"])
	for {
		info := connection["pageInfo"].(values)
		if info["hasNextPage"] != true {
			return all
		}
		connection = api.MustDo(t, who, reportNextQuery, values{
			"filter": one.variables, "field": variables["field"], "mode": variables["mode"], "first": 100, "after": info["endCursor"],
		})["clientConnection"].(values)
		all = append(all, inOrder(connection["nodes"])...)
	}
}

// inOrder are the clientIds in a list of clients, in its order.
func inOrder(list any) []string {
	found := []string{}
	for _, entry := range list.([]any) {
		found = append(found, entry.(values)["clientId"].(string))
	}
	return found
}

// plainTexts is a list of texts.
func plainTexts(list any) []string {
	found := []string{}
	for _, entry := range list.([]any) {
		found = append(found, entry.(string))
	}
	return found
}
