// Package testsize scales tests with random cases: few cases in every run, more before a
// change is merged, most in `make long`, which takes an hour.
package testsize

import (
	"flag"
	"os"
	"strconv"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// variable is the environment variable with the size: empty, check or long.
const variable = "CLIENTGRAPH_TEST_SIZE"

// Of returns the number for the size of this run. It panics for an unknown size, because
// a typo would look like a long run.
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

// counted is locked while rapid's flag, which is global, has the number of cases of one
// property.
var counted sync.Mutex

// Check checks a property with that many random cases. Parallel tests may call it.
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
	// rapid has read the flag when it runs the first case.
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
