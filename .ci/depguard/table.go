package main

// What an import is to the rules. The names are those of stub packages.
const (
	bson     = "go.mongodb.org/mongo-driver/v2/bson"
	bsoncore = "go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
	driver   = "go.mongodb.org/mongo-driver/v2/mongo"
	options  = "go.mongodb.org/mongo-driver/v2/mongo/options"
	phones   = "github.com/nyaruka/phonenumbers"
	text     = "golang.org/x/text/cases"
	anything = "example.com/anything"
	slog     = "log/slog"
	rand2    = "math/rand/v2"
)

// ours are the packages of the project, all of which everybody tries to import.
var ours = []string{
	"graph", "graph/generated", "graph/model", "graph/scalar",
	"internal/apitest", "internal/app", "internal/auth", "internal/bench", "internal/client", "internal/config",
	"internal/devdb", "internal/keyfile", "internal/limit", "internal/loader",
	"internal/mongostore", "internal/oracle", "internal/plan", "internal/sample", "internal/secret",
	"internal/server", "internal/testdb", "internal/testsize", "internal/transfer", "internal/web",
}

// foreign are the packages of others that some may import.
var foreign = []string{bson, bsoncore, driver, options, phones, text, anything, slog, rand2}

// banned are what nobody may import, tests included.
var banned = []string{"log", "math/rand", "github.com/pkg/errors", "golang.org/x/exp/maps"}

// modules are the foreign packages' modules, each replaced by a stub.
var modules = []string{
	"go.mongodb.org/mongo-driver/v2", phones, "golang.org/x/text", "golang.org/x/exp",
	"github.com/pkg/errors", "example.com/anything",
}

// usual is what every package but client may import of others.
var usual = []string{phones, text, anything, slog, rand2}

// An importer is a file and the imports it may have of those above.
type importer struct {
	file    string
	ours    []string
	foreign []string
}

// importers says a second time what .golangci.yml says: each rule is broken by
// each file that it is there for.
func importers() []importer {
	client := "internal/client"
	clientAndKeyfile := []string{client, "internal/keyfile"}
	return []importer{
		{"server.go", []string{"internal/app"}, usual},
		{"internal/app/x.go", less(ours, "internal/apitest", "internal/oracle", "internal/testdb", "internal/testsize"), with(usual, driver, options)},
		{"internal/server/x.go", []string{
			"graph", "graph/generated", "graph/model", "graph/scalar", "internal/auth", client,
			"internal/limit", "internal/loader", "internal/plan", "internal/web",
		}, usual},
		{"graph/x.go", []string{"graph/generated", "graph/model", "graph/scalar", client, "internal/loader"}, usual},
		{"internal/plan/x.go", []string{client, "internal/mongostore"}, with(usual, bson, bsoncore)},
		{"internal/mongostore/x.go", []string{client}, with(usual, bson, bsoncore, driver, options)},
		{"internal/config/x.go", []string{client}, usual},
		{"internal/loader/x.go", []string{client}, usual},
		{"internal/limit/x.go", []string{client}, usual},
		{"internal/sample/x.go", []string{client}, usual},
		{"internal/transfer/x.go", []string{client}, usual},
		{"internal/auth/x.go", clientAndKeyfile, usual},
		{"internal/secret/x.go", clientAndKeyfile, usual},
		{"internal/client/x.go", nil, less(usual, anything)},
		{"internal/client/part/x.go", nil, less(usual, anything)},
		{"internal/devdb/x.go", nil, with(usual, bson, bsoncore, driver, options)},
		{"internal/apitest/x.go", ours, with(usual, driver, options)},
		{"internal/testdb/x.go", []string{"internal/devdb"}, with(usual, driver, options)},
		{"internal/bench/reads/x.go", []string{"internal/bench", client, "internal/devdb", "internal/mongostore", "internal/sample"}, with(usual, bson, bsoncore, driver, options)},
		{"internal/bench/x.go", nil, with(usual, bson, bsoncore, driver, options)},
		{"internal/keyfile/x.go", nil, usual},
		{"internal/oracle/x.go", nil, usual},
		{"internal/testsize/x.go", nil, usual},
		{"internal/web/x.go", nil, usual},
		// Tests may import what they like. The first is inside its package.
		{"internal/web/x_test.go", ours, foreign},
		{"internal/client/client_test/x_test.go", ours, foreign},
		{"graph/graph_test/x_test.go", ours, foreign},
		{"x_test.go", ours, foreign},
	}
}
