// Package graph is the GraphQL edge: resolvers that convert arguments, make one service
// call and convert its result, and the presenter of errors. It serves schema.graphqls;
// generated/ is generated from it.
package graph

import (
	"context"
	"maps"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/graph/generated"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/plan"
	"clientgraph/internal/service"
)

// Resolver is the root of the resolvers.
type Resolver struct {
	service *service.Service
	// sdl is the schema for composition by routers; empty for a server that is not a
	// subgraph.
	sdl string
}

var _ generated.ResolverRoot = (*Resolver)(nil)

// Resolvers by type. Those of size zero differ only in their methods.
type (
	queryResolver         struct{ *Resolver }
	mutationResolver      struct{ *Resolver }
	subscriptionResolver  struct{ *Resolver }
	clientResolver        struct{ *Resolver }
	clientChangesResolver struct{ *Resolver }
	clientChangeResolver  struct{ *Resolver }
	mergedClientResolver  struct{ *Resolver }
	connectionResolver    struct{ *Resolver }
	pageInfoResolver      struct{ *Resolver }
	meResolver            struct{ *Resolver }
	businessResolver      struct{ *Resolver }
	formResolver          struct{ *Resolver }
	webhookResolver       struct{ *Resolver }
	jobResolver           struct{ *Resolver }
	importPreviewResolver struct{ *Resolver }
	importProblemResolver struct{ *Resolver }
)

// Query implements generated.ResolverRoot.
func (r *Resolver) Query() generated.QueryResolver { return queryResolver{r} }

// Mutation implements generated.ResolverRoot.
func (r *Resolver) Mutation() generated.MutationResolver { return mutationResolver{r} }

// Subscription implements generated.ResolverRoot.
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscriptionResolver{r} }

// Client implements generated.ResolverRoot.
func (r *Resolver) Client() generated.ClientResolver { return clientResolver{r} }

// ClientChanges implements generated.ResolverRoot.
func (r *Resolver) ClientChanges() generated.ClientChangesResolver { return clientChangesResolver{r} }

// ClientChange implements generated.ResolverRoot.
func (r *Resolver) ClientChange() generated.ClientChangeResolver { return clientChangeResolver{r} }

// MergedClient implements generated.ResolverRoot.
func (r *Resolver) MergedClient() generated.MergedClientResolver { return mergedClientResolver{r} }

// ClientConnection implements generated.ResolverRoot.
func (r *Resolver) ClientConnection() generated.ClientConnectionResolver {
	return connectionResolver{r}
}

// PageInfo implements generated.ResolverRoot.
func (r *Resolver) PageInfo() generated.PageInfoResolver { return pageInfoResolver{r} }

// Me implements generated.ResolverRoot.
func (r *Resolver) Me() generated.MeResolver { return meResolver{r} }

// Business implements generated.ResolverRoot.
func (r *Resolver) Business() generated.BusinessResolver { return businessResolver{r} }

// ClientForm implements generated.ResolverRoot.
func (r *Resolver) ClientForm() generated.ClientFormResolver { return formResolver{r} }

// CreateClientInput implements generated.ResolverRoot. It is never called, as
// little as ClientPatch: model.Values reads an input itself.
func (*Resolver) CreateClientInput() generated.CreateClientInputResolver { return nil }

// ClientPatch implements generated.ResolverRoot.
func (*Resolver) ClientPatch() generated.ClientPatchResolver { return nil }

// UpdateClientInput implements generated.ResolverRoot.
func (*Resolver) UpdateClientInput() generated.UpdateClientInputResolver { return nil }

// ClientFieldInput implements generated.ResolverRoot; likewise.
func (*Resolver) ClientFieldInput() generated.ClientFieldInputResolver { return nil }

// CreateFieldDefinitionInput implements generated.ResolverRoot; likewise.
func (*Resolver) CreateFieldDefinitionInput() generated.CreateFieldDefinitionInputResolver {
	return nil
}

// UpdateFieldDefinitionInput implements generated.ResolverRoot; likewise.
func (*Resolver) UpdateFieldDefinitionInput() generated.UpdateFieldDefinitionInputResolver {
	return nil
}

// RenameChoiceInput implements generated.ResolverRoot; likewise.
func (*Resolver) RenameChoiceInput() generated.RenameChoiceInputResolver { return nil }

// AppointmentInput implements generated.ResolverRoot; likewise.
func (*Resolver) AppointmentInput() generated.AppointmentInputResolver { return nil }

// AppointmentRemovalInput implements generated.ResolverRoot; likewise.
func (*Resolver) AppointmentRemovalInput() generated.AppointmentRemovalInputResolver { return nil }

// LocationGroupInput implements generated.ResolverRoot; likewise.
func (*Resolver) LocationGroupInput() generated.LocationGroupInputResolver { return nil }

// UpdateBusinessInput implements generated.ResolverRoot; likewise.
func (*Resolver) UpdateBusinessInput() generated.UpdateBusinessInputResolver { return nil }

// ClientFormInput implements generated.ResolverRoot; likewise.
func (*Resolver) ClientFormInput() generated.ClientFormInputResolver { return nil }

// request has what the resolvers of one request share: the caller's scope, and the
// loaders.
type request struct {
	scope   client.Scope
	loaders *loader.Loaders
	// plans has the compiled plans of the operation's fields; nil to answer without plans.
	plans *plan.Cache
	// parts are the rows that plans wrote, if they are stored separately from gqlgen's
	// answer.
	parts *Parts
	// whole is the read of an operation that AnswerWhole began and left to gqlgen.
	whole wholeRead

	// events finds the events of a subscription; nil for other operations, and when there
	// are no more. Only the goroutine that waits for events uses it and brokenOff.
	events *eventSource
	// brokenOff is why the server ended the subscription; nil if it did not.
	brokenOff error
}

// idempotent returns the caller's scope for the resolved mutation, with its idempotency
// key, if it has one.
func (r *request) idempotent(ctx context.Context, idempotencyKey *string) client.Scope {
	scope := r.scope
	if idempotencyKey == nil {
		return scope
	}
	field := graphql.GetFieldContext(ctx)
	arguments := maps.Clone(field.Args)
	delete(arguments, "idempotencyKey")
	scope.IdempotencyKey = &client.IdempotencyKey{Text: *idempotencyKey, Mutation: field.Field.Name, Arguments: arguments}
	return scope
}

type requestKey struct{}

// Operation is the context of an operation's resolvers. It holds all their values itself,
// instead of in a chain of contexts, because each look-up of a value goes through the whole
// chain.
type Operation struct {
	context.Context
	client.ReadState

	request request
	errors  AnswerErrors
	parts   Parts
}

// WithOperation returns the context of an operation of that caller, which may read that
// many rows. plans, unless nil, answer the fields that they can. With apart, their output
// is stored separately from gqlgen's answer, for Parts.
func WithOperation(ctx context.Context, service *service.Service, scope client.Scope, plans *plan.Cache, rows int64, apart bool) (context.Context, *Operation) {
	o := &Operation{Context: ctx, ReadState: client.NewReadState(rows)}
	o.request.scope, o.request.loaders, o.request.plans = scope, loader.New(service.Reads, scope), plans
	if apart {
		o.request.parts = &o.parts
	}
	return o, o
}

// Value implements context.Context.
func (o *Operation) Value(key any) any {
	switch key.(type) {
	case requestKey:
		return &o.request
	case answerErrorsKey:
		return &o.errors
	}
	if value, is := o.ReadState.Value(key); is {
		return value
	}
	return o.Context.Value(key)
}

// Errors returns the errors of the operation's answers.
func (o *Operation) Errors() *AnswerErrors { return &o.errors }

// Parts returns the parts of the answer that plans wrote and that are stored separately;
// nil without apart.
func (o *Operation) Parts() *Parts { return o.request.parts }

// requestOf returns the request of a context; for a context without one, a request of the
// zero scope, which has no business, no rows and no permissions.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{loaders: loader.New(nil, client.Scope{})}
}

// Webhook implements generated.ResolverRoot.
func (r *Resolver) Webhook() generated.WebhookResolver { return webhookResolver{r} }

// Job implements generated.ResolverRoot.
func (r *Resolver) Job() generated.JobResolver { return jobResolver{r} }

// ImportPreview implements generated.ResolverRoot.
func (r *Resolver) ImportPreview() generated.ImportPreviewResolver { return importPreviewResolver{r} }

// ImportProblem implements generated.ResolverRoot.
func (r *Resolver) ImportProblem() generated.ImportProblemResolver { return importProblemResolver{r} }

// CreateWebhookInput implements generated.ResolverRoot; likewise.
func (*Resolver) CreateWebhookInput() generated.CreateWebhookInputResolver { return nil }

// UpdateWebhookInput implements generated.ResolverRoot; likewise.
func (*Resolver) UpdateWebhookInput() generated.UpdateWebhookInputResolver { return nil }
