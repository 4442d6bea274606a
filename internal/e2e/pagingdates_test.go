package e2e_test

import (
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/service/importing"
)

// Between two cursors lies all that is between them, also of clients made, or changed,
// at the same time.
func TestPageBetweenCursorsHasWhoIsOfTheSameDate(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	const all = 9
	data := importing.Dataset{Business: client.DefaultBusiness(pagingBusiness)}
	made := time.Date(2024, 2, 29, 12, 0, 0, 1e6, time.UTC)
	for id := range int64(all) {
		c := &client.Client{ClientID: id + 1, BusinessID: pagingBusiness, Lifecycle: client.Live, Status: client.StatusActive}
		c.FirstName, c.CreatedDate, c.ModifiedDate = new("Ann"), &made, &made
		data.Clients = append(data.Clients, c)
	}
	api.Load(t, data)
	page := func(variables map[string]any) map[string]any {
		return api.MustDo(t, apitest.Owner(pagingBusiness), pagingQuery, variables)["clientConnection"].(map[string]any)
	}
	for _, field := range []string{"CREATED_DATE", "MODIFIED_DATE"} {
		for _, direction := range []string{"ASC", "DESC"} {
			orderBy := map[string]any{"field": field, "direction": direction}
			first := page(map[string]any{"orderBy": orderBy, "first": 1})["pageInfo"].(map[string]any)["endCursor"]
			last := page(map[string]any{"orderBy": orderBy, "last": 1})["pageInfo"].(map[string]any)["startCursor"]
			if between := pagingIDs(page(map[string]any{"orderBy": orderBy, "last": all, "after": first, "before": last})); len(between) != all-2 {
				t.Errorf("%s %s: want the %d between the first and the last, got %v", field, direction, all-2, between)
			}
		}
	}
}
