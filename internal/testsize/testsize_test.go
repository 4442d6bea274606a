package testsize

import (
	"flag"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"
)

func TestPropertiesInParallelHaveTheirOwnNumbersOfCases(t *testing.T) {
	for _, cases := range []int{1, 7, 150} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			var ran atomic.Int64
			Check(t, cases, func(rt *rapid.T) {
				rapid.Bool().Draw(rt, "any")
				ran.Add(1)
			})
			if ran.Load() != int64(cases) {
				t.Errorf("want %d cases, got %d", cases, ran.Load())
			}
		})
	}
}

func TestCheckLeavesTheFlagAsItWas(t *testing.T) {
	before := flag.Lookup("rapid.checks").Value.String()
	Check(t, 3, func(*rapid.T) {})
	if after := flag.Lookup("rapid.checks").Value.String(); after != before {
		t.Errorf("want %s cases, got %s", before, after)
	}
}
