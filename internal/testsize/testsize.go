// Package testsize says how much a test that can be made larger does: little in
// every run, more before a change is merged, most in `make long`, which takes an
// hour.
package testsize

import (
	"flag"
	"os"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// variable names the size: empty, check or long.
const variable = "CLIENTGRAPH_TEST_SIZE"

// Of returns the number that goes with the size of this run. A size that does
// not exist panics: a typo would pass for a long run.
func Of(test, check, long int) int {
	switch size := os.Getenv(variable); size {
	case "":
		return test
	case "check":
		return check
	case "long":
		return long
	default:
		panic(variable + " is empty, check or long")
	}
}

// counted is held while the number of cases of one property is in rapid's flag,
// which is one for the whole process.
var counted sync.Mutex

// Check holds a property to that many random cases. It may be called by tests that
// run in parallel.
func Check(t *testing.T, cases int, property func(*rapid.T)) {
	t.Helper()
	const name = "rapid.checks"
	set := func(value string) {
		if err := flag.Set(name, value); err != nil {
			t.Errorf("set -%s: %v", name, err)
		}
	}
	counted.Lock()
	before := flag.Lookup(name).Value.String()
	// rapid has read the flag by the time that it runs the first case.
	release := sync.OnceFunc(func() {
		set(before)
		counted.Unlock()
	})
	defer release()
	set(strconv.Itoa(cases))
	rapid.Check(t, func(rt *rapid.T) {
		release()
		property(rt)
	})
}
