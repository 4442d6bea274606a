package reading

import (
	"context"
	"fmt"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// eachPage is how many clients Each reads at once: few enough for the memory, even with
// the largest records.
const eachPage = 200

// Each visits all clients that a filter selects, ordered by id and a page at a time, so
// that memory does not grow with their number. A client that is added or changed
// meanwhile is visited before or after the change. Each ends when visit fails. Errors:
// those of a report's filter.
func (s *Lists) Each(ctx context.Context, scope client.Scope, filter Filter, need client.Selection, visit func([]*client.Client) error) error {
	m, err := s.resolve(ctx, scope, filter)
	if err != nil {
		return err
	}
	for last := int64(0); ; {
		found, err := s.list(ctx, scope, m, store.Query{AfterID: last, Limit: eachPage, Need: need})
		if err != nil {
			return fmt.Errorf("read a page of clients: %w", err)
		}
		if len(found) == 0 {
			return nil
		}
		clients, err := client.RecordsOf(found)
		if err != nil {
			return fmt.Errorf("read a page of clients: %w", err)
		}
		if err := visit(clients); err != nil {
			return err
		}
		last = found[len(found)-1].Base().ClientID
	}
}
