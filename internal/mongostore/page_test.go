package mongostore_test

import (
	"os"
	"strings"
	"testing"

	"clientgraph/internal/mongostore/schema"
)

// Those who shard a cluster read which collections are sharded, and by what.
func TestPageTellsHowEachCollectionIsSharded(t *testing.T) {
	text, err := os.ReadFile("../../docs/mongodb.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, collection := range schema.Collections() {
		key := "`" + collection.ShardKey + "`"
		if collection.ShardKey == "" {
			key = "whole"
		}
		if row := "| `" + collection.Name + "` | " + key + " | "; strings.Count(string(text), row) != 1 {
			t.Errorf("docs/mongodb.md does not have a row that begins with %s", row)
		}
		rows++
	}
	_, table, _ := strings.Cut(string(text), "| collection | sharded by | holds |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	if lines := strings.Count(table, "\n") + 1; lines != rows {
		t.Errorf("the table of collections has %d rows for %d collections", lines, rows)
	}
}
