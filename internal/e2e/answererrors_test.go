package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
	"clientgraph/internal/limit"
	"clientgraph/internal/sample"
)

// Of an answer with more errors than may be told, the first ones are, in the
// order of the document and of its lists, whatever came first; then how many more
// there are. The data are as ever.
func TestFirstErrorsOfAnAnswerAreToldInItsOrder(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	const clients, failing = 40, 5
	api.Load(t, crowd(clients))
	// history is null where it fails; viewClients may not be, and takes its client
	// with it.
	nullable := each(failing, "h%d: history(first: 0) { nodes { version } } ")
	for what, query := range map[string]string{
		"nullable": "{ clients(pageSize: 500) { clientId " + nullable + "} }",
		"required": "{ clientConnection(first: 100) { nodes { viewClients { clientId a: viewClients(first: 0) { clientId } } } } }",
	} {
		var first apitest.Response
		for i := range 5 {
			response := api.Do(t, apitest.Owner(sample.BusinessID), query, nil)
			if len(response.Errors) != limit.MaxErrors+1 {
				t.Fatalf("%s: %d errors are told: %s", what, len(response.Errors), response.Body)
			}
			if i == 0 {
				first = response
			} else if diff := gocmp.Diff(string(first.Body), string(response.Body)); diff != "" {
				t.Fatalf("%s: another time the answer is another (-first +later):\n%s", what, diff)
			}
		}
		last := first.Errors[limit.MaxErrors]
		if last.Code() != "TOO_MANY_ERRORS" || len(last.Path) != 0 {
			t.Errorf("%s: the last error is %v at %v", what, last.Code(), last.Path)
		}
		if what == "required" {
			// Each viewer has the next ones, and the last one has none.
			want := 0
			for i := range clients {
				want += min(crowdSubjects, clients-1-i)
			}
			if got := last.Extensions["more"]; got != float64(want-limit.MaxErrors) {
				t.Errorf("%v errors are left out of %d", got, want)
			}
			continue
		}
		if got := last.Extensions["more"]; got != float64(clients*failing-limit.MaxErrors) {
			t.Errorf("%v errors are left out of %d", got, clients*failing)
		}
		for i, e := range first.Errors[:limit.MaxErrors] {
			if got, want := joined(e.Path), fmt.Sprintf("clients.%d.h%d", i/failing, i%failing); got != want || e.Code() != "OUT_OF_RANGE" {
				t.Errorf("error %d is %s at %s, want it at %s", i, e.Code(), got, want)
			}
		}
		if data := fromJSON(t, string(first.Body)).(values)["data"].(values)["clients"].([]any); len(data) != clients || data[clients-1].(values)["clientId"] == nil {
			t.Errorf("the data changed: %s", first.Body)
		}
	}
	if log := api.Log.String(); strings.Contains(log, "internal error") {
		t.Errorf("a mistake of the caller was logged as ours:\n%s", log)
	}
}

func each(n int, format string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, format, i)
	}
	return text.String()
}
