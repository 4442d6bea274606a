package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The table of a page is written between its marks, and the rest stays.
func TestTableIsWrittenBetweenItsMarks(t *testing.T) {
	t.Parallel()
	r := &report{sizes: []int{1_000, 10_000}}
	r.add(read{name: "by id", growth: flat}, cost{documents: 1, indexes: []string{"byId"}})
	r.add(read{name: "by id", growth: flat}, cost{documents: 1, indexes: []string{"byId"}})
	r.add(read{name: "all", growth: whole}, cost{documents: 968, indexes: []string{"byName", "changes.bySequence"}})
	r.add(read{name: "all", growth: whole}, cost{documents: 9_712})
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("before\n"+tableBegins+"old\n"+tableEnds+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "before\n" + tableBegins + `| read | index | 1,000 | 10,000 | grows for |
|---|---|--:|--:|---|
| by id | ` + "`byId`" + ` | 1 | 1 |  |
| all | ` + "`byName`, `changes.bySequence`" + ` | 968 | 9,712 | all |
` + tableEnds + "after\n"
	for range 2 {
		if err := r.write(page); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(page); err != nil || string(text) != want {
			t.Errorf("it is %s, want %s", text, want)
		}
	}
	if err := os.WriteFile(page, []byte("no marks\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.write(page); err == nil {
		t.Error("a page without marks is written")
	}
}
