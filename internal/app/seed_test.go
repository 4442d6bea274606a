//go:build unix

package app_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestInterruptedSeedSaysWhatItAddedAndLeavesNobodyViewingTheMissing: what is
// there is whole, and what is said to be there is there.
func TestInterruptedSeedSaysWhatItAddedAndLeavesNobodyViewingTheMissing(t *testing.T) {
	t.Parallel()
	s := serve(t, dataDir(t))
	cmd := command(t, "seed", "--clients", "4000", "--data-dir", s.dir)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "some are seeded", func() bool { return stored(t, s, bson.D{}) >= 50 })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // The state tells how it ended.
	n := stored(t, s, bson.D{})
	if code := cmd.ProcessState.ExitCode(); code == 0 || n >= 4_000 || !strings.HasPrefix(stdout.String(), fmt.Sprintf("added %d clients", n)) || !strings.Contains(stderr.String(), "stopped before it was done") {
		t.Errorf("%d are stored, exit code %d: %s, %s", n, code, &stdout, &stderr)
	}
	clients := s.database(t).Collection("clients")
	var subjects, there []int64
	if err := clients.Distinct(t.Context(), "viewSubjectIds", bson.D{}).Decode(&subjects); err != nil {
		t.Fatal(err)
	}
	if err := clients.Distinct(t.Context(), "_id", bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: subjects}}}}).Decode(&there); err != nil {
		t.Fatal(err)
	}
	if len(subjects) == 0 || len(there) != len(subjects) {
		t.Errorf("%d clients are viewed, and %d of them are there", len(subjects), len(there))
	}
}
