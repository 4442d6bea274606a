package e2e_test

import (
	"strings"
	"testing"

	"clientgraph/internal/apitest"
)

func TestPlanIsMadeOnceForADocumentAndCounted(t *testing.T) {
	t.Parallel()
	api := apitest.Watched(t)
	api.LoadReference(t)
	for range 3 {
		api.MustDo(t, owner(), `query Planned { clients(pageSize: 5) { fullName } }`, nil)
	}
	told := api.Observed(t)
	for _, want := range []string{
		`clientgraph_plans_total{result="miss"} 1`, `clientgraph_plans_total{result="hit"} 2`, `clientgraph_planned_fields_total 3`,
	} {
		if !strings.Contains(told, want+"\n") {
			t.Errorf("nobody is told %s", want)
		}
	}
}
