package app_test

import (
	"sync"
	"testing"

	"clientgraph/internal/testsize"
)

// writers is how many write at once.
const writers = 8

// Whatever eight callers ask of two processes at once, there is one order in
// which all of it could have been asked by one caller of one process, and in
// which each thing lies between its question and its answer.
func TestPropertyHistoriesOfTwoServersAreLinearizable(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := serve(t, dir)
	second := serve(t, dir, "--mongodb-uri", first.databaseURI())
	deeds := 0
	for round := range testsize.Of(4, 20, 120) {
		p := newPlay(t, int64(round+1), first, second)
		var group sync.WaitGroup
		for writer := range writers {
			group.Go(func() {
				for n := range testsize.Of(8, 12, 12) {
					p.do(t, writer, p.draw(writer, n))
				}
			})
		}
		group.Wait()
		p.settle(t, first.database(t))
		p.survey(t)
		p.check(t)
		deeds += len(p.history)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d deeds", deeds)
}
