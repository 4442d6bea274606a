package lab

import (
	"clientgraph/internal/bench/meter"
	"clientgraph/internal/bench/queries"
)

// Variant is a server to measure.
type Variant struct {
	// Name is its name on the command line, Title that in tables.
	Name, Title string
	Kind        queries.Kind
	// Flags are further flags for a variant of the product.
	Flags []string
	// defaultTurns says that running and waiting operations have the default bounds.
	defaultTurns bool
	// observed says that the process reports its allocations.
	observed bool
	// build builds the program; nil if another variant's build does.
	build func(*Lab) error
	// command returns the program and its arguments for a database.
	command func(l *Lab, v Variant, uri string) ([]string, error)
}

// Variants returns all variants, the product first.
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

// Observed returns the variant with the address of package meter, for variants in Go.
func (v Variant) Observed() Variant {
	v.observed = true
	return v
}

// WithDefaultTurns returns the variant of the product with the default bounds on running
// and waiting operations.
func (v Variant) WithDefaultTurns() Variant {
	v.defaultTurns = true
	return v
}

// IsGo says whether the variant's allocations can be measured.
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

// Limits that are so high that the load of a benchmark does not reach them. They are on:
// each is checked for every request.
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
