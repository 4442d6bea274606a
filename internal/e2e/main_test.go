// Package e2e_test tests the API as callers see it: operations over HTTP, on a
// real engine. What they ask and what is answered stand in testdata.
package e2e_test

import (
	"testing"

	"clientgraph/internal/testdb"
)

func TestMain(m *testing.M) { testdb.Main(m) }
