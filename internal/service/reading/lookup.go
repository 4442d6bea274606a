package reading

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// TagUsage lists a page of the tags of the live clients that the caller sees, in
// alphabetical order. Of several spellings of a tag it returns one. Pages after the first
// may use a count up to SnapshotTime old. Error: OUT_OF_RANGE.
func (s *Lookups) TagUsage(ctx context.Context, scope client.Scope, page Page) ([]TagUsage, error) {
	if errs := page.check(); errs != nil {
		return nil, errs
	}
	counted, err := client.CountedOnce(ctx, "tags", func() (Snapshot[store.TagCount], error) {
		return s.tags.Read(scope, page.PageNumber == 1, s.Instant(), func() ([]store.TagCount, error) {
			counts, err := s.Store.TagCounts(ctx, scope)
			slices.SortFunc(counts, func(a, b store.TagCount) int { return strings.Compare(client.TagKey(a.Tag), client.TagKey(b.Tag)) })
			return counts, err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count tags: %w", err)
	}
	all := int64(len(counted.Entries))
	first := min((page.PageNumber-1)*page.PageSize, all)
	usage := []TagUsage{}
	for _, count := range counted.Entries[first:min(first+page.PageSize, all)] {
		usage = append(usage, TagUsage{TagCount: count, CountedAt: counted.At})
	}
	return usage, nil
}

// TagUsage is the number of clients with a tag at a time.
type TagUsage struct {
	store.TagCount
	CountedAt time.Time
}

// MatchingTags returns the tag, in the spelling of the first client that has it; empty if
// no client that the caller sees has it.
func (s *Lookups) MatchingTags(ctx context.Context, scope client.Scope, tag string) ([]string, error) {
	found, err := s.byKey(ctx, scope, store.Conditions{IndexKeys: [][]string{{search.TagIndexKey(tag)}}}, Page{PageNumber: 1, PageSize: 1}, client.Select("tags"))
	if err != nil || len(found) == 0 {
		return []string{}, err
	}
	for _, own := range found[0].Tags {
		if client.TagKey(own) == client.TagKey(client.Trimmed(tag)) {
			return []string{own}, nil
		}
	}
	return []string{}, nil
}

// ByTag lists a page of the live clients with a tag, ignoring case. Error: OUT_OF_RANGE.
func (s *Lookups) ByTag(ctx context.Context, scope client.Scope, tag string, page Page, need client.Selection) ([]*client.Client, error) {
	return s.byKey(ctx, scope, store.Conditions{IndexKeys: [][]string{{search.TagIndexKey(tag)}}}, page, need)
}

// ByEmail lists a page of the live clients with an e-mail address, ignoring case. Error:
// OUT_OF_RANGE.
func (s *Lookups) ByEmail(ctx context.Context, scope client.Scope, address string, page Page, need client.Selection) ([]*client.Client, error) {
	keys, err := s.EmailKeys(ctx, scope, address)
	if err != nil {
		return nil, err
	}
	return s.byKey(ctx, scope, store.Conditions{EmailsLower: keys}, page, need)
}

// ByExternalUserName lists a page of the clients with exactly that external user name.
// Error: OUT_OF_RANGE.
func (s *Lookups) ByExternalUserName(ctx context.Context, scope client.Scope, name string, includeDeleted bool, page Page, need client.Selection) ([]*client.Client, error) {
	return s.byKey(ctx, scope, store.Conditions{ExternalUserNames: []string{name}, IncludeDeleted: includeDeleted}, page, need)
}

func (s *Lookups) byKey(ctx context.Context, scope client.Scope, conditions store.Conditions, page Page, need client.Selection) ([]*client.Client, error) {
	if errs := page.check(); errs != nil {
		return nil, errs
	}
	args := ReportArgs{Order: store.Order{Field: store.OrderByFullName}, Page: page}
	found, err := s.Store.Clients(ctx, scope, args.query(resolved{conditions: conditions}, need))
	if err != nil {
		return nil, fmt.Errorf("look up clients: %w", err)
	}
	// An empty list, not nil, says that the client was looked up.
	return append([]*client.Client{}, found...), nil
}

// CanView lists a page of a client's live subjects, by name; nil if the caller does not
// see the client. Error: OUT_OF_RANGE.
func (s *Lookups) CanView(ctx context.Context, scope client.Scope, id client.ID, page Page, need client.Selection) ([]*client.Client, error) {
	if errs := page.check(); errs != nil {
		return nil, errs
	}
	viewer, err := s.Client(ctx, scope, id, client.Select(client.NameSubjects))
	if err != nil || viewer == nil {
		return nil, err
	}
	return s.byKey(ctx, scope, store.Conditions{ClientIDs: nonNil(viewer.SubjectIDs)}, page, need)
}

// CanViewedBy lists a page of the live viewers of the client with an account, by name;
// nil if the caller does not see the client. Error: OUT_OF_RANGE.
func (s *Lookups) CanViewedBy(ctx context.Context, scope client.Scope, account client.ID, page Page, need client.Selection) ([]*client.Client, error) {
	if errs := page.check(); errs != nil {
		return nil, errs
	}
	subject, err := s.Store.Account(ctx, scope, account.As(client.TypeAny))
	if err != nil {
		return nil, fmt.Errorf("find the account: %w", err)
	}
	if subject == nil {
		return nil, nil
	}
	viewers, err := s.Viewers(ctx, scope, []*client.Client{subject}, client.Selection{})
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(viewers))
	for i, viewer := range viewers {
		ids[i] = viewer.ClientID
	}
	return s.byKey(ctx, scope, store.Conditions{ClientIDs: ids}, page, need)
}

func nonNil(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}

// Suggestions are the result of a search as you type.
type Suggestions struct {
	Clients []*client.Client
	// AddNew is the name of the new client that is offered; nil for no offer.
	AddNew *string
}

// maxSuggestions bounds the suggested clients.
const maxSuggestions = 100

// Suggest lists the first live clients with every word of the search in their name,
// e-mail address or phone number; the first of all clients for a blank search. A caller
// who may write is offered to add a client with that name. Errors: OUT_OF_RANGE,
// TOO_LONG.
func (s *Lookups) Suggest(ctx context.Context, scope client.Scope, text string, order store.Order, first int64, need client.Selection) (*Suggestions, error) {
	if first < 1 || first > maxSuggestions {
		return nil, client.Path{"first"}.At(client.OutOfRange(maxSuggestions))
	}
	if err := search.CheckSearch(search.MaxSearch, text); err != nil {
		return nil, client.Path{"search"}.At(err)
	}
	suggestions := &Suggestions{Clients: []*client.Client{}}
	query := store.Query{Order: order, Limit: first, Need: need}
	t, ok := search.NewTypeahead(text)
	if !ok {
		found, err := s.Store.Clients(ctx, scope, query)
		suggestions.Clients = found
		return suggestions, err
	}
	if Permit(scope, client.Write, false) == nil && !client.IsBlank(text) {
		suggestions.AddNew = new(client.Trimmed(text))
	}
	if t == nil {
		return suggestions, nil
	}
	query.Limit = 0
	query.Conditions.IndexKeys = t.Keys()
	if before := t.SearchKeysBefore(text); before != nil {
		outdated, err := s.outdated(ctx, scope)
		if err != nil {
			return nil, err
		}
		if outdated {
			query.Conditions.IndexKeys = before
		}
	}
	query.Need.AddField("fullName")
	query.Need.AddAll("emailAddress", "cellPhone", "homePhone", "businessPhone", client.NameAliases, client.NamePhoneSpellings)
	err := s.Store.Scan(ctx, scope, query, func(c *client.Client) bool {
		if t.Finds(c) {
			suggestions.Clients = append(suggestions.Clients, c)
		}
		return int64(len(suggestions.Clients)) < first
	})
	if err != nil {
		return nil, fmt.Errorf("suggest clients: %w", err)
	}
	return suggestions, nil
}
