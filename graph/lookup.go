package graph

import (
	"context"

	"clientgraph/graph/model"
	"clientgraph/internal/client"
	"clientgraph/internal/loader"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// ClientTags returns the tags of a client.
func (r queryResolver) ClientTags(ctx context.Context, clientID client.ID) ([]string, error) {
	found, err := r.service.Client(ctx, requestOf(ctx).scope, clientID, client.Select("tags"))
	if err != nil || found == nil {
		return nil, err
	}
	return append([]string{}, found.Tags...), nil
}

// TagUsage returns the tags in use.
func (r queryResolver) TagUsage(ctx context.Context, pageNumber, pageSize int64) ([]*reading.TagUsage, error) {
	counts, err := r.service.TagUsage(ctx, requestOf(ctx).scope, reading.Page{PageNumber: pageNumber, PageSize: pageSize})
	if err != nil {
		return nil, fail(ctx, err)
	}
	list := make([]*reading.TagUsage, len(counts))
	for i := range counts {
		list[i] = &counts[i]
	}
	return list, nil
}

// MatchingTags returns a tag if it is in use.
func (r queryResolver) MatchingTags(ctx context.Context, tag string) ([]string, error) {
	return r.service.MatchingTags(ctx, requestOf(ctx).scope, tag)
}

// ClientsByTag returns the clients with a tag.
func (r queryResolver) ClientsByTag(ctx context.Context, tag string, pageNumber, pageSize int64) ([]*loader.Client, error) {
	found, err := r.service.ByTag(ctx, requestOf(ctx).scope, tag, reading.Page{PageNumber: pageNumber, PageSize: pageSize}, selected(ctx))
	return wrapped(ctx, found, err)
}

// ClientsCanView returns a client's subjects.
func (r queryResolver) ClientsCanView(ctx context.Context, clientID client.ID, pageNumber, pageSize int64) ([]*loader.Client, error) {
	found, err := r.service.CanView(ctx, requestOf(ctx).scope, clientID, reading.Page{PageNumber: pageNumber, PageSize: pageSize}, selected(ctx))
	return wrapped(ctx, found, err)
}

// ClientsCanViewedBy returns the viewers of the client with an account.
func (r queryResolver) ClientsCanViewedBy(ctx context.Context, clientAccountID client.ID, pageNumber, pageSize int64) ([]*loader.Client, error) {
	found, err := r.service.CanViewedBy(ctx, requestOf(ctx).scope, clientAccountID, reading.Page{PageNumber: pageNumber, PageSize: pageSize}, selected(ctx))
	return wrapped(ctx, found, err)
}

// ClientsByExternalUserName returns the clients with an external user name.
func (r queryResolver) ClientsByExternalUserName(ctx context.Context, externalUserName string, includeDeleted bool, pageNumber, pageSize int64) ([]*loader.Client, error) {
	found, err := r.service.ByExternalUserName(ctx, requestOf(ctx).scope, externalUserName, includeDeleted, reading.Page{PageNumber: pageNumber, PageSize: pageSize}, selected(ctx))
	return wrapped(ctx, found, err)
}

// ClientsByEmail returns the clients with an e-mail address.
func (r queryResolver) ClientsByEmail(ctx context.Context, emailAddress string, pageNumber, pageSize int64) ([]*loader.Client, error) {
	found, err := r.service.ByEmail(ctx, requestOf(ctx).scope, emailAddress, reading.Page{PageNumber: pageNumber, PageSize: pageSize}, selected(ctx))
	return wrapped(ctx, found, err)
}

// FilterClients returns the suggestions of a search as you type.
func (r queryResolver) FilterClients(ctx context.Context, search string, orderField store.OrderField, descending bool, first int64) (*model.ClientSuggestions, error) {
	req := requestOf(ctx)
	suggestions, err := r.service.Suggest(ctx, req.scope, search, store.Order{Field: orderField, Descending: descending}, first, selected(ctx, "clients"))
	if err != nil {
		return nil, fail(ctx, err)
	}
	var label *string
	if suggestions.AddNew != nil {
		label = new("Add new client: " + *suggestions.AddNew)
	}
	if answersSuggestions(ctx, suggestions, label) {
		return nil, nil
	}
	answer := &model.ClientSuggestions{Clients: req.loaders.Wrap(suggestions.Clients)}
	if label != nil {
		answer.AddNew = &model.NewClientSuggestion{Label: *label, FullName: *suggestions.AddNew}
	}
	return answer, nil
}

// wrapped converts the result of a read to an answer: nil stays null.
func wrapped(ctx context.Context, found []*client.Client, err error) ([]*loader.Client, error) {
	if err != nil {
		return nil, fail(ctx, err)
	}
	if found == nil || answersList(ctx, found) {
		return nil, nil
	}
	return requestOf(ctx).loaders.Wrap(found), nil
}
