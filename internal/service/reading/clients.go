package reading

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// Bounds of lists.
const (
	MaxPageSize   = 500
	MaxConnection = 100
	// DefaultConnection is the size of a connection if the caller does not give one.
	DefaultConnection = 50
	MaxIDs            = 1_000
	// MaxRelation is the maximum, and the default, of viewClients and viewByClients.
	MaxRelation = 1_000
)

// Client finds a client by id, also a deleted one; the id of a merged client finds the
// survivor. It returns nil if there is no such client or the scope does not see it.
func (s *Records) Client(ctx context.Context, scope client.Scope, id client.ID, need client.Selection) (*client.Client, error) {
	found, err := s.LookUp(ctx, scope, []int64{id.As(client.TypeClient)}, need)
	if err != nil {
		return nil, err
	}
	return found[0].Client, nil
}

// ClientRow is Client for rows.
func (s *Records) ClientRow(ctx context.Context, scope client.Scope, id client.ID, need client.Selection) (client.Row, error) {
	number := id.As(client.TypeClient)
	if number == 0 {
		return nil, nil
	}
	found, err := s.Store.LookUpRows(ctx, scope, []int64{number}, need)
	if err != nil {
		return nil, fmt.Errorf("find a client by id: %w", err)
	}
	// A client's own id takes precedence over an id that it took over.
	var survivor client.Row
	for _, row := range found {
		if row.Base().ClientID == number {
			return row, nil
		}
		survivor = row
	}
	return survivor, nil
}

// Nodes finds the clients and merged clients of global ids, in the order of ids; entries
// without a Client if the scope sees none. The Client id of a merged client finds
// nothing, and its MergedClient id finds nothing after the merge was undone. A plain
// number is a client's. Error: TOO_MANY.
func (s *Records) Nodes(ctx context.Context, scope client.Scope, ids []client.ID, need client.Selection) ([]Found, error) {
	if len(ids) > MaxIDs {
		return nil, client.Path{"ids"}.At(client.TooMany(MaxIDs))
	}
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		if id.Type == client.TypeMergedClient {
			numbers[i] = id.Number
		} else {
			numbers[i] = id.As(client.TypeClient)
		}
	}
	found, err := s.LookUp(ctx, scope, numbers, need)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if (found[i].Merged != nil) != (id.Type == client.TypeMergedClient) {
			found[i] = Found{}
		}
	}
	return found, nil
}

// Page is a page of a list: number PageNumber, from 1, with PageSize clients.
type Page struct{ PageNumber, PageSize int64 }

func (p Page) check() client.Errors { return p.checkWithin(MaxPageSize) }

func (p Page) checkWithin(maxSize int64) client.Errors {
	var errs client.Errors
	// PageNumber times PageSize is how many clients the database skips; the product must
	// fit in an int64.
	const maxPageNumber = 1 << 40
	if p.PageNumber < 1 || p.PageNumber > maxPageNumber {
		errs = append(errs, client.Path{"pageNumber"}.At(&client.Error{Code: client.CodeOutOfRange, Message: "pages are numbered from 1"}))
	}
	if p.PageSize < 1 || p.PageSize > maxSize {
		errs = append(errs, client.Path{"pageSize"}.At(&client.Error{Code: client.CodeOutOfRange, Message: fmt.Sprintf("want a page size from 1 to %d", maxSize)}))
	}
	return errs
}

// Clients lists a page of the live clients; empty after the last one. Error:
// OUT_OF_RANGE.
func (s *Records) Clients(ctx context.Context, scope client.Scope, order store.Order, page Page, need client.Selection) ([]*client.Client, error) {
	query, err := listQuery(order, page, need)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Clients(ctx, scope, query)
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	return found, nil
}

// ClientRows is Clients for rows.
func (s *Records) ClientRows(ctx context.Context, scope client.Scope, order store.Order, page Page, need client.Selection) ([]client.Row, error) {
	query, err := listQuery(order, page, need)
	if err != nil {
		return nil, err
	}
	found, err := s.Store.Rows(ctx, scope, query)
	if err != nil {
		return nil, fmt.Errorf("list clients: %w", err)
	}
	return found, nil
}

func listQuery(order store.Order, page Page, need client.Selection) (store.Query, error) {
	if errs := page.check(); errs != nil {
		return store.Query{}, errs
	}
	return store.Query{Order: order, Skip: (page.PageNumber - 1) * page.PageSize, Limit: page.PageSize, Need: need}, nil
}

// SubjectRows finds the live clients with those ids, ordered by id, as rows.
func (s *Records) SubjectRows(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error) {
	found, err := s.Store.RowsByID(ctx, scope, ids, need)
	if err != nil {
		return nil, fmt.Errorf("find subjects: %w", err)
	}
	return found, nil
}

// ViewerRows finds the live viewers of the clients with those ids, ordered by id, as rows
// with their subjects.
func (s *Records) ViewerRows(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error) {
	found, err := s.Store.ViewerRows(ctx, scope, ids, need)
	if err != nil {
		return nil, fmt.Errorf("find viewers: %w", err)
	}
	return found, nil
}

// Subjects finds the live clients that any of the viewers may see, ordered by id. The
// viewers' SubjectIDs must be loaded.
func (s *Records) Subjects(ctx context.Context, scope client.Scope, viewers []*client.Client, need client.Selection) ([]*client.Client, error) {
	seen := map[int64]bool{}
	var ids []int64
	for _, viewer := range viewers {
		for _, id := range viewer.SubjectIDs {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.Store.ClientsByID(ctx, scope, ids, false, need)
	if err != nil {
		return nil, fmt.Errorf("find subjects: %w", err)
	}
	return found, nil
}

// Viewers finds the live viewers of any of the subjects, ordered by id, with their
// SubjectIDs.
func (s *Records) Viewers(ctx context.Context, scope client.Scope, subjects []*client.Client, need client.Selection) ([]*client.Client, error) {
	ids := make([]int64, len(subjects))
	for i, subject := range subjects {
		ids[i] = subject.ClientID
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.Store.Viewers(ctx, scope, ids, need)
	if err != nil {
		return nil, fmt.Errorf("find viewers: %w", err)
	}
	return found, nil
}

// CheckRelation validates the argument first of a relation. Error: OUT_OF_RANGE.
func CheckRelation(first int64) error {
	if first < 1 || first > MaxRelation {
		return client.Path{"first"}.At(client.OutOfRange(MaxRelation))
	}
	return nil
}

// Forms finds the forms of the clients and of those merged into them, by the client that
// has them now; ordered by form id, then by who signed. Merged must be loaded.
func (s *Records) Forms(ctx context.Context, scope client.Scope, clients []*client.Client) (map[int64][]client.Form, error) {
	var ids []int64
	owners := map[int64]int64{}
	for _, c := range clients {
		for _, id := range c.Family() {
			ids = append(ids, id)
			owners[id] = c.ClientID
		}
	}
	found, err := s.Store.Forms(ctx, scope, ids)
	if err != nil {
		return nil, fmt.Errorf("find forms: %w", err)
	}
	forms := map[int64][]client.Form{}
	for _, form := range found {
		forms[owners[form.ClientID]] = append(forms[owners[form.ClientID]], form)
	}
	for _, own := range forms {
		slices.SortStableFunc(own, func(a, b client.Form) int { return strings.Compare(a.FormID, b.FormID) })
	}
	return forms, nil
}

// Business returns the caller's business.
func (s *Records) Business(ctx context.Context, scope client.Scope) (*client.Business, error) {
	business, err := s.Store.Business(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("find business: %w", err)
	}
	return business, nil
}

// Definitions returns the custom fields of the caller's business.
func (s *Records) Definitions(ctx context.Context, scope client.Scope) (client.Definitions, error) {
	definitions, err := s.Store.Definitions(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("find field definitions: %w", err)
	}
	return definitions, nil
}

// SSN returns the client's social security number: with permission pii all of it, else
// all but its last four digits masked; nil if there is none. It must be loaded.
func (s *Records) SSN(scope client.Scope, c *client.Client) (*string, error) {
	if len(c.SealedSSN) == 0 {
		return nil, nil
	}
	ssn, err := s.Cipher.Open(c.SealedSSN, c.BusinessID, c.ClientID, client.InputSSN)
	if err != nil {
		return nil, fmt.Errorf("open ssn: %w", err)
	}
	if !scope.Permissions.Has(client.PII) {
		ssn = "***-**-" + ssn[strings.LastIndexByte(ssn, '-')+1:]
	}
	return &ssn, nil
}

// LocationGroups lists the location groups of the caller's business, ordered by id.
func (s *Records) LocationGroups(ctx context.Context, scope client.Scope) ([]store.LocationGroup, error) {
	groups, err := s.Store.ListLocationGroups(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("list location groups: %w", err)
	}
	return groups, nil
}
