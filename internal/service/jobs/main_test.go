package jobs_test

import (
	"testing"

	"clientgraph/internal/testdb"
)

func TestMain(m *testing.M) { testdb.Main(m) }
