package e2e_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/sample"
)

// What a query counts is counted once, however often and by whatever field it is
// asked for.
func TestWhatIsCountedAlikeIsCountedOnce(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	api.Load(t, crowd(60))
	const filtered = `{statusList: [ACTIVE], clientIdList: [1000, 1001, 1002]}`
	for what, c := range map[string]struct {
		query string
		want  int
	}{
		"clientCount, 20 times":    {"{" + each(20, "a%d: clientCount ") + "}", 1},
		"a count by its fields":    {`{ clientCount clientReportCount none: clientReportCount(filter: {}) clientReportWithCount { count } }`, 1},
		"a filter, 20 times":       {"{" + each(20, "a%d: clientReportCount(filter: "+filtered+") ") + "}", 1},
		"totalCount of two parts":  {"{ a: clientConnection(first: 1, filter: " + filtered + ") { totalCount } b: clientConnection(first: 2, filter: " + filtered + ") { totalCount } }", 2 + 1},
		"two filters":              {`{ clientCount clientReportCount(filter: ` + filtered + `) }`, 2},
		"pages of the tags in use": {"{" + each(10, "a%d: tagUsage(pageSize: 1) { count } ") + "}", 1},
	} {
		sent := api.Commands(func() { api.MustDo(t, apitest.Owner(sample.BusinessID), c.query, nil) })
		if len(sent) != c.want {
			t.Errorf("%s: sent %q, want %d commands", what, sent, c.want)
		}
	}
}

// What is not selected costs no command: the count, and a look beyond the part.
func TestConnectionCountsOnlyWhenAsked(t *testing.T) {
	api := apitest.New(t)
	api.LoadReference(t)
	for selection, want := range map[string]string{
		`nodes { clientId }`:                              "find",
		`nodes { clientId } pageInfo { hasNextPage }`:     "find",
		`nodes { clientId } pageInfo { hasPreviousPage }`: "find find",
		`nodes { clientId } totalCount`:                   "find count",
	} {
		sent := api.Commands(func() {
			api.MustDo(t, apitest.Owner(43111), `{ clientConnection(first: 3) { `+selection+` } }`, nil)
		})
		if got := strings.Join(sent, " "); got != want {
			t.Errorf("%s sent %q, want %q", selection, got, want)
		}
	}
}

// A list that was read to its end needs no command that counts it: neither a connection
// of one part, nor a report whose page is not full. An empty page tells nothing, unless it
// is the first.
func TestListsReadToTheirEndAreNotCounted(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	api.Load(t, crowd(7))
	const of, nobody = `clientReportWithCount(`, `filter: {clientIdList: [1]}`
	for asked, want := range map[string]string{
		of + `pageSize: 8) { count clients { clientId } }`:                "find commitTransaction 7",
		of + `pageSize: 7) { count clients { clientId } }`:                "find aggregate commitTransaction 7",
		of + `pageSize: 5) { count clients { clientId } }`:                "find aggregate commitTransaction 7",
		of + `pageSize: 5, pageNumber: 2) { count clients { clientId } }`: "find commitTransaction 7",
		of + `pageSize: 5, pageNumber: 3) { count clients { clientId } }`: "find aggregate commitTransaction 7",
		of + nobody + `) { count clients { clientId } }`:                  "find commitTransaction 0",
		`clientConnection(first: 7) { totalCount nodes { clientId } }`:    "find 7",
		`clientConnection(first: 6) { totalCount nodes { clientId } }`:    "find count 7",
		`clientConnection(last: 7) { totalCount }`:                        "find 7",
		`clientConnection(` + nobody + `) { totalCount }`:                 "find 0",
	} {
		var answer map[string]any
		sent := api.Commands(func() { answer = api.MustDo(t, apitest.Owner(sample.BusinessID), "{ list: "+asked+" }", nil) })
		list := answer["list"].(map[string]any)
		got := fmt.Sprint(strings.Join(sent, " "), " ", cmp.Or(list["count"], list["totalCount"]))
		if got != want {
			t.Errorf("%s sent commands and counted %q, want %q", asked, got, want)
		}
	}
}
