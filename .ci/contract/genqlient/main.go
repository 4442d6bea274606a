// Genqlient asks a running server by the client that genqlient made of the
// schema, and says how many clients it found. BASE is the server, TOKEN an owner's.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/Khan/genqlient/graphql"

	"clientgraph/contract/generated"
)

// bearer sends a token with each request.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "genqlient:", err)
		os.Exit(1)
	}
}

func run() error {
	client := graphql.NewClient(os.Getenv("BASE")+"/graphql", &http.Client{Transport: bearer(os.Getenv("TOKEN"))})
	first := 10
	list, err := generated.ClientList(context.Background(), client, &first, nil, nil)
	if err != nil {
		return err
	}
	nodes := list.ClientConnection.Edges
	if len(nodes) == 0 {
		return fmt.Errorf("found no clients")
	}
	one, err := generated.ClientByID(context.Background(), client, nodes[0].Node.ClientId)
	if err != nil {
		return err
	}
	if one.Client == nil || one.Client.Id != nodes[0].Node.Id {
		return fmt.Errorf("the first client of the list is not found by its number")
	}
	fmt.Printf("genqlient found %d of %d clients\n", len(nodes), list.ClientConnection.TotalCount)
	return nil
}
