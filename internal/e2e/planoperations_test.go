package e2e_test

import (
	"testing"

	"clientgraph/internal/apitest"
)

// A field of a fragment is selected with other fields wherever the fragment stands: in
// another operation of the document, and at another place of the same one. What one of
// them selects is no part of the other one's answer, nor of its price.
func TestFieldsOfAFragmentAreAnsweredAsTheyAreSelectedWhereItStands(t *testing.T) {
	t.Parallel()
	const byOperation = `
		query A { ...Shared }
		query B { ...Shared clients(pageSize: 2) { fullName viewClients { clientId } } }
		fragment Shared on Query { clients(pageSize: 2) { clientId } }`
	const inOne = `
		query A {
			a: clientConnection(first: 2) { ...Part }
			b: clientConnection(first: 2) { ...Part edges { node { fullName } } }
			c: clientConnection(first: 2) { d: edges { ...Edge } e: edges { ...Edge node { lastName } } }
		}
		fragment Part on ClientConnection { edges { node { clientId } } }
		fragment Edge on ClientEdge { node { clientId } }`
	for _, c := range []struct {
		document   string
		operations []string
	}{{byOperation, []string{"A", "B", "A"}}, {byOperation, []string{"B", "A", "B"}}, {inOne, []string{"A", "A"}}} {
		api := apitest.New(t)
		api.LoadReference(t)
		resolvers := api.ByResolvers(t)
		for i, operation := range c.operations {
			planned := string(api.DoNamed(t, owner(), c.document, operation, nil).Body)
			resolved := string(resolvers.DoNamed(t, owner(), c.document, operation, nil).Body)
			if planned != resolved {
				t.Errorf("%d: %s of %s\nby plans:     %s\nby resolvers: %s", i, operation, c.document, planned, resolved)
			}
		}
	}
}
