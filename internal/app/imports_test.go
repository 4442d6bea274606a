package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "clientgraph/"

// everything stands for all packages but those that are for tests.
const everything = "..."

// imports says which packages of ours each package imports. Imports run one way:
//
//	server.go -> app -> everything
//	server -> graph, auth, limit     graph -> service, limit, loader
//	service -> all use cases         writing, clientsync, importing -> reading
//	all other use cases -> writing   loader -> reading
//	use cases, mongostore -> store   store, reading -> merge, changefeed, history, search
//	merge, changefeed -> history     merge -> search
//	all of these -> client           client -> nothing of ours
//
// A line says what is there and nothing else: an import that is not listed fails
// the test, and so does one that is listed and not there. Tests import what they
// like.
func imports() map[string][]string {
	const (
		changefeed = "internal/changefeed"
		client     = "internal/client"
		history    = "internal/history"
		keyfile    = "internal/keyfile"
		merge      = "internal/merge"
		observe    = "internal/observe"
		search     = "internal/search"
		service    = "internal/service"
		store      = "internal/store"
		reading    = "internal/service/reading"
		writing    = "internal/service/writing"
		schema     = "internal/mongostore/schema"
		counters   = "internal/mongostore/counters"
		transact   = "internal/mongostore/transact"
		query      = "internal/mongostore/query"
		record     = "internal/mongostore/record"
		feed       = "internal/mongostore/feed"
		indexed    = "internal/mongostore/indexed"
	)
	return map[string][]string{
		".":                             {"internal/app"},
		"graph":                         {"graph/generated", "graph/model", "graph/scalar", client, "internal/limit", "internal/loader", merge, observe, "internal/plan", service, "internal/service/clientsync", "internal/service/jobs", "internal/service/merging", "internal/service/personaldata", reading, "internal/service/scheduler", writing, "internal/sheet", store, "internal/transfer"},
		"graph/generated":               {"graph/model", "graph/scalar", client, history, "internal/livelist", "internal/loader", merge, "internal/service/duplicates", "internal/service/merging", reading, writing, store, "internal/transfer"},
		"graph/model":                   {client, history, "internal/livelist", "internal/loader", merge, "internal/service/clientsync", "internal/service/duplicates", "internal/service/jobs", "internal/service/merging", "internal/service/personaldata", reading, "internal/service/webhooks", writing, store},
		"graph/scalar":                  {client, store},
		"internal/apitest":              {"internal/auth", client, "internal/limit", "internal/mongorules", "internal/mongostore", feed, transact, "internal/sample", "internal/secret", "internal/server", service, "internal/service/importing", "internal/telemetry", "internal/testdb"},
		"internal/app":                  {everything},
		"internal/auth":                 {client, keyfile},
		"internal/bench":                nil,
		"internal/bench/compare":        {"internal/bench/lab", "internal/bench/load", "internal/bench/plot", "internal/bench/queries"},
		"internal/bench/hand":           nil,
		"internal/bench/handserve":      {"internal/bench/hand", "internal/bench/meter"},
		"internal/bench/lab":            {"internal/bench/load", "internal/bench/meter", "internal/bench/queries", "internal/bench/standin", "internal/devdb"},
		"internal/bench/load":           nil,
		"internal/bench/meter":          nil,
		"internal/bench/observed":       {"internal/app", "internal/bench/meter"},
		"internal/bench/plot":           nil,
		"internal/bench/queries":        nil,
		"internal/bench/reads":          {"internal/bench", changefeed, client, "internal/devdb", "internal/mongostore", schema, "internal/sample", search, service, "internal/service/merging", reading, store},
		"internal/bench/scale":          {"internal/bench", "internal/bench/lab", "internal/bench/load", "internal/bench/plot", "internal/bench/queries"},
		"internal/bench/standin":        nil,
		"internal/buffer":               nil,
		changefeed:                      {client, history},
		client:                          nil,
		"internal/clienttest":           {client},
		"internal/config":               {client},
		"internal/conns":                nil,
		"internal/devdb":                nil,
		"internal/e2e":                  nil,
		history:                         {client},
		keyfile:                         nil,
		"internal/limit":                {client, reading},
		"internal/livelist":             nil,
		"internal/loader":               {client, observe, reading, store},
		merge:                           {client, history, search},
		"internal/mongorules":           {schema},
		"internal/mongostore":           {changefeed, client, history, merge, "internal/mongostore/admin", counters, feed, indexed, "internal/mongostore/jobs", "internal/mongostore/lease", query, record, schema, transact, "internal/mongostore/webhooks", search, store},
		"internal/mongostore/admin":     {counters, feed, indexed, record, schema, transact},
		counters:                        {schema, transact, search},
		feed:                            {changefeed, client, history, counters, indexed, query, schema, transact, search},
		indexed:                         {transact},
		"internal/mongostore/jobs":      {client, counters, query, schema, store},
		"internal/mongostore/lease":     {feed, query, schema, transact},
		query:                           {client, schema, search, store},
		record:                          {client, schema},
		schema:                          {store},
		transact:                        {observe, store},
		"internal/mongostore/webhooks":  {client, history, counters, query, schema, store},
		observe:                         nil,
		"internal/oracle":               nil,
		"internal/plan":                 {"internal/buffer", client, reading},
		"internal/sample":               {client, "internal/service/importing"},
		search:                          {client},
		"internal/secret":               {keyfile},
		"internal/server":               {"graph", "internal/auth", "internal/buffer", client, "internal/conns", "internal/limit", observe, "internal/plan", service, "internal/service/duplicates", "internal/service/jobs", store, "internal/telemetry"},
		service:                         {"internal/service/clientsync", "internal/service/duplicates", "internal/service/importing", "internal/service/jobs", "internal/service/merging", "internal/service/personaldata", reading, "internal/service/scheduler", "internal/service/settings", "internal/service/webhooks", writing, store},
		"internal/service/clientsync":   {changefeed, client, history, "internal/livelist", reading, store},
		"internal/service/duplicates":   {client, search, reading, writing, store},
		"internal/service/importing":    {client, history, reading, store},
		"internal/service/jobs":         {client, reading, writing, "internal/sheet", store, "internal/transfer"},
		"internal/service/merging":      {client, history, merge, reading, writing, store},
		"internal/service/personaldata": {changefeed, client, history, merge, "internal/service/merging", reading, writing, store},
		reading:                         {changefeed, client, history, merge, search, store},
		"internal/service/scheduler":    {client, search, reading, writing, store},
		"internal/service/settings":     {client, history, merge, search, reading, writing, store},
		"internal/service/webhooks":     {changefeed, client, history, reading, writing, store, "internal/webhook", "internal/webhook/sending"},
		writing:                         {client, history, merge, search, reading, store},
		"internal/sheet":                nil,
		store:                           {changefeed, client, history, merge, search},
		"internal/telemetry":            {client, "internal/devdb", observe},
		"internal/testdb":               {"internal/devdb"},
		"internal/testscript":           nil,
		"internal/testsize":             nil,
		"internal/transfer":             {client, reading, "internal/service/scheduler", writing, "internal/sheet", store},
		"internal/web":                  nil,
		"internal/webhook":              {client, history},
		"internal/webhook/sending":      {"internal/webhook"},
	}
}

// forTests are the packages that no part of the program imports.
func forTests() []string {
	return []string{"internal/apitest", "internal/clienttest", "internal/mongorules", "internal/oracle", "internal/testdb", "internal/testsize"}
}

// A keeper is a foreign package, with all below it, that only some of ours
// import.
type keeper struct {
	foreign, why string
	only         []string
}

// lets says whether the packages of a folder may import what is kept: the folder
// or one above it is listed.
func (k keeper) lets(folder string) bool {
	return slices.ContainsFunc(k.only, func(kept string) bool { return isOrIsBelow(folder, kept) })
}

func keepers() []keeper {
	return []keeper{
		{"go.mongodb.org/mongo-driver/v2/bson", "only the store knows how a document is stored", []string{"internal/bench", "internal/devdb", "internal/mongorules", "internal/mongostore", "internal/telemetry"}},
		{"go.mongodb.org/mongo-driver/v2", "only the store asks the database; app connects it", []string{"internal/apitest", "internal/app", "internal/bench", "internal/devdb", "internal/mongorules", "internal/mongostore", "internal/telemetry", "internal/testdb"}},
	}
}

// foreignOfClient are all modules that the domain imports beside the standard
// library.
func foreignOfClient() []string {
	return []string{"github.com/nyaruka/phonenumbers", "golang.org/x/net/idna", "golang.org/x/text"}
}

// banned is what nobody imports, tests included, and what to use instead.
func banned() map[string]string {
	return map[string]string{
		"log":                   "use log/slog",
		"math/rand":             "use math/rand/v2",
		"github.com/pkg/errors": "use errors, and fmt.Errorf with %w",
		"golang.org/x/exp":      "it promises nothing; the standard library has most of it",
	}
}

// listed is what `go list` says of a package.
type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// packages lists all packages of the program, by their folders.
func packages(t *testing.T) map[string]listed {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "-tags", "browser,contract,hostile,sockets", module+"...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := map[string]listed{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		folder := strings.TrimPrefix(p.ImportPath, module)
		if p.ImportPath == strings.TrimSuffix(module, "/") {
			folder = "."
		}
		found[folder] = p
	}
}

// ours are the imports that are packages of ours, by their folders.
func ours(imported []string) []string {
	var folders []string
	for _, path := range imported {
		if folder, own := strings.CutPrefix(path, module); own {
			folders = append(folders, folder)
		}
	}
	return folders
}

func isOrIsBelow(path, above string) bool { return path == above || strings.HasPrefix(path, above+"/") }

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	found, table := packages(t), imports()
	for _, folder := range slices.Sorted(maps.Keys(found)) {
		may, known := table[folder]
		if !known {
			t.Errorf("%s has no line in imports()", folder)
			continue
		}
		has := ours(found[folder].Imports)
		if slices.Equal(may, []string{everything}) {
			for _, imported := range has {
				if slices.Contains(forTests(), imported) {
					t.Errorf("%s imports %s, which is for tests", folder, imported)
				}
			}
			continue
		}
		for _, imported := range has {
			if !slices.Contains(may, imported) {
				t.Errorf("%s imports %s: imports() has the picture of who imports whom", folder, imported)
			}
		}
		for _, imported := range may {
			if !slices.Contains(has, imported) {
				t.Errorf("%s does not import %s any more: take it out of its line in imports()", folder, imported)
			}
		}
	}
	for folder := range table {
		if _, there := found[folder]; !there {
			t.Errorf("imports() has a line for %s, which is not there", folder)
		}
	}
}

func TestForeignPackagesStayWhereTheyBelong(t *testing.T) {
	t.Parallel()
	found := packages(t)
	for folder, p := range found {
		for _, k := range keepers() {
			for _, imported := range p.Imports {
				if isOrIsBelow(imported, k.foreign) && !k.lets(folder) {
					t.Errorf("%s imports %s: %s", folder, imported, k.why)
				}
			}
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for path, instead := range banned() {
				// math/rand/v2 is below math/rand, and log/slog below log.
				if imported == path || (strings.Contains(path, ".") && isOrIsBelow(imported, path)) {
					t.Errorf("%s imports %s: %s", folder, imported, instead)
				}
			}
		}
	}
	for _, imported := range found["internal/client"].Imports {
		module, _, isModule := strings.Cut(imported, "/")
		if isModule = isModule && strings.Contains(module, "."); !isModule {
			continue
		}
		if !slices.ContainsFunc(foreignOfClient(), func(allowed string) bool { return isOrIsBelow(imported, allowed) }) {
			t.Errorf("internal/client imports %s: the domain needs the standard library and a few modules, all in foreignOfClient()", imported)
		}
	}
}
