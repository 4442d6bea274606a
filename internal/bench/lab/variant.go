package lab

import (
	"clientgraph/internal/bench/meter"
	"clientgraph/internal/bench/queries"
)

// Variant is a server that is measured.
type Variant struct {
	// Name is what the command line calls it, Title what tables do.
	Name, Title string
	Kind        queries.Kind
	// Flags are what a variant of the product adds to its command line.
	Flags []string
	// defaultTurns says that what runs and waits is bounded as it is by default.
	defaultTurns bool
	// observed says that the process tells what it allocates.
	observed bool
	// build makes the program; nil where another variant's build does.
	build func(*Lab) error
	// command is the program and its arguments for a database.
	command func(l *Lab, v Variant, uri string) ([]string, error)
}

// Variants are all that there are, the product first.
func Variants() []Variant {
	return []Variant{
		{Name: "product", Title: "clientgraph", Kind: queries.GraphQL, build: buildProduct, command: productCommand},
		{Name: "plan-off", Title: "clientgraph --plan=off", Kind: queries.GraphQL, Flags: []string{"--plan=off"}, build: buildProduct, command: productCommand},
		{Name: "hand", Title: "by hand, in Go", Kind: queries.Hand, build: buildHand, command: handCommand},
		{Name: "copy", Title: "by hand, copying documents", Kind: queries.Copy, build: buildHand, command: handCommand},
		{Name: "async-graphql", Title: "async-graphql (Rust)", Kind: queries.GraphQL, build: buildRust, command: rustCommand},
		{Name: "mercurius", Title: "mercurius with JIT", Kind: queries.GraphQL, build: buildNode, command: nodeCommand},
		{Name: "yoga", Title: "GraphQL Yoga", Kind: queries.GraphQL, build: buildNode, command: nodeCommand},
		{Name: "apollo", Title: "Apollo Server", Kind: queries.GraphQL, build: buildNode, command: nodeCommand},
	}
}

// Observed is the variant with the address of package meter beside it; for
// those that are written in Go.
func (v Variant) Observed() Variant {
	v.observed = true
	return v
}

// WithDefaultTurns is the variant, of the product, with the bounds on what runs
// and waits as they are by default.
func (v Variant) WithDefaultTurns() Variant {
	v.defaultTurns = true
	return v
}

// IsGo says whether the variant's allocations can be told.
func (v Variant) IsGo() bool {
	return v.Name == "product" || v.Name == "plan-off" || v.Kind != queries.GraphQL
}

// Covers says whether the variant answers a query.
func (v Variant) Covers(q queries.Query) bool { return v.Kind != queries.Copy || q.Name != "empty" }

func (v Variant) environment() []string {
	if v.observed {
		return []string{meter.Address + "=127.0.0.1:0"}
	}
	return nil
}

// Guards that are set so wide that the load of a benchmark does not meet them.
// They are on: each is asked for every request.
func wideGuards() []string {
	return []string{"--points-per-minute=1000000000000", "--max-connections=10000", "--max-connections-per-address=0"}
}

func productCommand(l *Lab, v Variant, uri string) ([]string, error) {
	program := l.path("bin", "clientgraph")
	if v.observed {
		program = l.path("bin", "observed")
	}
	keyset, err := l.keyset()
	if err != nil {
		return nil, err
	}
	command := []string{
		program, "serve", "--listen=127.0.0.1:0", "--mongodb-uri=" + uri, "--database=" + l.database, "--data-dir=" + l.path("unused"),
		"--jwt-public-key=" + l.keys.public, "--jwt-issuer=" + issuer, "--jwt-audience=" + audience,
		"--ssn-keyset-file=" + keyset, "--log-level=error",
	}
	command = append(command, wideGuards()...)
	if !v.defaultTurns {
		command = append(command, "--wait-time=20s", "--max-waiting=4096")
	}
	return append(command, v.Flags...), nil
}

func handCommand(l *Lab, _ Variant, uri string) ([]string, error) {
	return []string{
		l.path("bin", "handserve"), "-mongodb-uri", uri, "-database", l.database,
		"-key", l.keys.public, "-issuer", issuer, "-audience", audience,
	}, nil
}

func rustCommand(l *Lab, _ Variant, uri string) ([]string, error) {
	return []string{l.path("rust", "release", "peer"), uri, l.database}, nil
}

func nodeCommand(l *Lab, v Variant, uri string) ([]string, error) {
	return []string{"node", l.source("peers", "node", v.Name+".mjs"), uri, l.database}, nil
}
