package e2e_test

import (
	"slices"
	"testing"

	"clientgraph/internal/apitest"
)

// TestLaterPartsOfDuplicatesReadNoWholeBusiness: the first part searches the business;
// a part behind a cursor goes on with what that found, with the clients and
// dismissals of now.
func TestLaterPartsOfDuplicatesReadNoWholeBusiness(t *testing.T) {
	api := apitest.New(t)
	for _, name := range []string{"Ann", "Ben"} {
		pairOf(t, api, name)
	}
	cat, dan := pairOf(t, api, "Cat"), pairOf(t, api, "Dan")
	part := func(variables values) (page values, searched bool) {
		traffic := api.Traffic(func() { page = duplicates(t, api, variables) })
		return page, slices.Contains(traffic, "aggregate clients")
	}
	first, searched := part(values{"first": 1})
	if !searched || len(memberIDs(first)) != 1 {
		t.Fatalf("the first part is %v, searched for: %v", first, searched)
	}
	after := first["pageInfo"].(values)["endCursor"]
	payload(t, api, owner(), dismissMutation, values{"ids": cat[:]})
	payload(t, api, owner(), `mutation ($id: ID!) { deleteClient(clientId: $id) { client { clientId } userErrors { code } } }`, values{"id": dan[0]})
	rest, searched := part(values{"after": after})
	if searched {
		t.Error("the business was searched for a part behind a cursor")
	}
	if got := memberIDs(rest); len(got) != 1 || slices.Contains(got, cat[0]+" "+cat[1]) {
		t.Errorf("the rest are %v, with pairs that were dismissed or deleted", got)
	}
	if _, searched := part(values{"first": 1}); !searched {
		t.Error("the first part did not search the business")
	}
}

// TestLaterPagesOfTagsAreCountedOnceForEachCaller: the first page counts; the others
// go on with that count, which callers who see other clients do not.
func TestLaterPagesOfTagsAreCountedOnceForEachCaller(t *testing.T) {
	api := apitest.New(t)
	create(t, api, owner(), person(values{"tags": []any{"a", "b", "c"}}))
	const query = `query ($n: Int!) { tagUsage(pageNumber: $n, pageSize: 1) { tag count countedAt } }`
	own := staff()
	tags := func(who int, page int) (list []any, counted bool) {
		caller := owner()
		if who == 1 {
			caller = own
		}
		traffic := api.Traffic(func() { list = api.MustDo(t, caller, query, values{"n": page})["tagUsage"].([]any) })
		return list, slices.Contains(traffic, "aggregate clients")
	}
	first, counted := tags(0, 1)
	if !counted || len(first) != 1 {
		t.Fatalf("the first page is %v, counted: %v", first, counted)
	}
	second, counted := tags(0, 2)
	if counted || len(second) != 1 || second[0].(values)["countedAt"] != first[0].(values)["countedAt"] {
		t.Errorf("the second page is %v, counted anew: %v", second, counted)
	}
	if foreign, counted := tags(1, 2); !counted || len(foreign) != 0 {
		t.Errorf("who sees none of the clients is told %v, counted: %v", foreign, counted)
	}
}
