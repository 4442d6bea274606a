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

// Of the sample: a member of staff and a location with clients of their own, and
// the login of Jane Deer, who may see two others.
const (
	sampleStaff    = 501
	sampleLocation = 11
	sampleAccount  = 1151044
)

// sampleIdentity is somebody of the sample's business whom a developer can be.
type sampleIdentity struct {
	name     string
	identity client.Identity
}

// sampleIdentities are one of each role, who sees clients of the sample.
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

// developmentIdentities makes tokens of the sample's identities, each with all
// that its role may do.
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

// identitiesOf makes the sample's identities anew whenever a page asks for them.
func identitiesOf(development *auth.Development) func() ([]web.Identity, error) {
	return func() ([]web.Identity, error) { return developmentIdentities(development) }
}

// newConsole is the console, with the sample's identities where there is
// somebody to sign tokens; nil where no flag asks for it.
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
