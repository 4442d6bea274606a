package e2e_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/livelist"
	"clientgraph/internal/sample"
	"clientgraph/internal/service/clientsync"
	"clientgraph/internal/service/reading"
)

// hear are the kinds of the next events, applied.
func (l *listReader) hear(t *testing.T) []livelist.Kind {
	t.Helper()
	events, err := l.watch.Next(t.Context())
	var kinds []livelist.Kind
	for _, e := range events {
		if kinds = append(kinds, e.Kind); err == nil {
			err = l.apply(e)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// listen begins to read a list, and hears all of it.
func listen(t *testing.T, api *apitest.API, who client.Identity, args clientsync.ListArgs) *listReader {
	t.Helper()
	args.Need = listNeed()
	l := &listReader{who: who, args: args}
	if err := l.connect(t.Context(), api); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.end)
	if kinds := l.hear(t); !slices.Equal(kinds, []livelist.Kind{livelist.Resync}) {
		t.Fatalf("it begins with %v", kinds)
	}
	return l
}

// What was written while nobody read is one change, and the whole list where that is
// shorter: nothing is kept for who is slow.
func TestLiveListTellsASlowReaderTheStateAndNotTheWay(t *testing.T) {
	api, who := apitest.New(t), apitest.Owner(100)
	var ids []string
	for i := range 25 {
		ids = append(ids, create(t, api, who, values{"firstName": fmt.Sprintf("N%02d", i), "lastName": "Deer", "emailAddress": "a@email.com", "password": "correct horse"}))
	}
	l := listen(t, api, who, clientsync.ListArgs{First: 30})
	for i := range 10 {
		patch(t, api, who, ids[0], values{"city": "City " + strconv.Itoa(i)})
	}
	if kinds := l.hear(t); !slices.Equal(kinds, []livelist.Kind{livelist.Changed}) {
		t.Errorf("ten changes of one client are told as %v", kinds)
	}
	for _, id := range ids[:22] {
		payload(t, api, who, deleteMutation, values{"id": id})
	}
	if kinds := l.hear(t); !slices.Equal(kinds, []livelist.Kind{livelist.Resync}) || len(l.ids) != 3 {
		t.Errorf("22 of 25 that left are told as %v, and leave %d", kinds, len(l.ids))
	}
}

// A renamed choice is in no row of the feed, and decides whom a filter means.
func TestLiveListFollowsTheSettingsThatDecideWhoIsInIt(t *testing.T) {
	api := reference(t)
	id, clients := drinks(t, api, "Assamtee", "Espresso")
	definition, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, api, owner(), clientsync.ListArgs{
		First:   10,
		Filter:  reading.Filter{Fields: []reading.FieldFilter{{DefinitionID: definition, Values: []any{"Darjeeling"}}}},
		Recheck: 20 * time.Millisecond,
	})
	if len(l.ids) != 0 {
		t.Fatalf("before the choice has that name %v have it", l.ids)
	}
	renameChoices(t, api, id, "Assamtee", "Darjeeling")
	kinds := l.hear(t)
	if want := clients["Assamtee"]; !slices.Equal(kinds, []livelist.Kind{livelist.Resync}) || len(l.ids) != 1 || strconv.FormatInt(l.ids[0], 10) != want {
		t.Errorf("%v tells of %v in business %d, want %s", kinds, l.ids, sample.BusinessID, want)
	}
}
