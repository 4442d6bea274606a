package app

import (
	"fmt"
	"net/http"

	"clientgraph/internal/auth"
	"clientgraph/internal/client"
	"clientgraph/internal/config"
	"clientgraph/internal/sample"
	"clientgraph/internal/web"
)

// Identities of the sample: a member of staff and a location with clients, and the
// account of Jane Deer, who may view two other clients.
const (
	sampleStaff    = 501
	sampleLocation = 11
	sampleAccount  = 1151044
)

// sampleIdentity is a caller of the sample's business that developers can use.
type sampleIdentity struct {
	name     string
	identity client.Identity
}

// sampleIdentities returns one identity for each role. Each sees clients of the sample.
func sampleIdentities() []sampleIdentity {
	return []sampleIdentity{
		{"Olivia", client.Identity{User: "olivia", Role: client.RoleOwner}},
		{"Adam", client.Identity{User: "adam", Role: client.RoleAdmin}},
		{fmt.Sprintf("Lucia, location %d", sampleLocation), client.Identity{
			User: "lucia", Role: client.RoleLocationSuperUser, LocationIDs: []int64{sampleLocation},
		}},
		{fmt.Sprintf("Sam, staff %d", sampleStaff), client.Identity{
			User: "sam", Role: client.RoleStaff, StaffID: sampleStaff,
		}},
		{"Jane Deer", client.Identity{User: "jane", Role: client.RoleClient, ClientAccountID: sampleAccount}},
	}
}

// developmentIdentities makes tokens for the sample's identities, each with all
// permissions of its role.
func developmentIdentities(development *auth.Development) ([]web.Identity, error) {
	people := sampleIdentities()
	identities := make([]web.Identity, 0, len(people))
	for _, one := range people {
		one.identity.BusinessID = sample.BusinessID
		one.identity.Permissions = one.identity.Role.Permissions()
		token, err := development.Token(one.identity, pageTTL)
		if err != nil {
			return nil, err
		}
		identities = append(identities, web.Identity{Name: one.name, Role: string(one.identity.Role), Token: token})
	}
	return identities, nil
}

// identitiesOf makes new tokens for the sample's identities whenever a page asks for
// them.
func identitiesOf(development *auth.Development) func() ([]web.Identity, error) {
	return func() ([]web.Identity, error) { return developmentIdentities(development) }
}

// newConsole returns the console, in development mode with the sample's identities; nil
// if no flag turns it on.
func newConsole(cfg config.Serve, development *auth.Development) http.Handler {
	o := web.ConsoleOptions{Endpoint: "/graphql"}
	if development != nil || cfg.Playground {
		o.Playground = "/"
	}
	if development != nil {
		o.Identities = identitiesOf(development)
	} else if !cfg.Console {
		return nil
	}
	return web.Console(o)
}
