// Package testsize says how much a test that can be made larger does: little in
// every run, more before a change is merged, most in `make long`, which takes an
// hour.
package testsize

import (
	"flag"
	"os"
	"strconv"
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

// Check holds a property to that many random cases. Properties of a package are
// checked one after the other: the number is a flag of the process.
func Check(t *testing.T, cases int, property func(*rapid.T)) {
	t.Helper()
	const name = "rapid.checks"
	before := flag.Lookup(name).Value.String()
	set := func(value string) {
		if err := flag.Set(name, value); err != nil {
			t.Fatalf("set -%s: %v", name, err)
		}
	}
	set(strconv.Itoa(cases))
	defer set(before)
	rapid.Check(t, property)
}
