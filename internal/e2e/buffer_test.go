package e2e_test

import (
	"fmt"
	"sync"
	"testing"

	"clientgraph/internal/apitest"
)

// Answers that are written at the same time, in memory that others were written in
// before, are each their caller's own: what is asked at once is answered as it is
// alone.
func TestAnswersAtOnceDoNotMix(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	planWorld(t, api)
	// No more than have a turn at once, so that none is told to wait.
	const callers, times = 2, 50
	query := `query ($page: Int!, $n: Int!) { clients(pageNumber: $page, pageSize: $n) { clientId fullName notes viewClients { fullName tags viewByClients { clientId } } } }`
	variables := func(caller int) map[string]any { return map[string]any{"page": caller + 1, "n": 2 + caller} }
	var alone [callers]string
	for caller := range callers {
		alone[caller] = string(api.Do(t, owner(), query, variables(caller)).Body)
	}
	var all sync.WaitGroup
	mixed := make(chan string, callers)
	for caller := range callers {
		all.Go(func() {
			for range times {
				answer := string(api.Do(t, owner(), query, variables(caller)).Body)
				if answer != alone[caller] {
					mixed <- fmt.Sprintf("caller %d is answered\n%s\nand alone\n%s", caller, answer, alone[caller])
					return
				}
			}
		})
	}
	all.Wait()
	close(mixed)
	for text := range mixed {
		t.Error(text)
	}
}
