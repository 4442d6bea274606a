package importing

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/store"
)

// Dataset is a business with records that are stored unchanged, with their ids, dates and
// users.
type Dataset struct {
	Business    *client.Business
	Definitions []client.FieldDefinition
	Clients     []*client.Client
}

// Import stores clients unchanged, with their history and feed rows, in batches of one
// transaction each. Clients who view each other are stored in one transaction if they
// fit. Clients without an id get one in place before anything is written; given ids must
// be free. After each batch it calls progress with the number of stored clients.
func (s *Importer) Import(ctx context.Context, scope client.Scope, clients []*client.Client, progress func(stored int)) error {
	business, err := s.Business(ctx, scope)
	if err != nil {
		return err
	}
	if err := s.AssignIDs(ctx, clients); err != nil {
		return err
	}
	indexer := s.Indexer(business)
	for _, c := range clients {
		c.BusinessID, c.Version = scope.BusinessID, 1
		indexer.Prepare(c)
	}
	viewers, stored := viewersBySubject(clients), 0
	for batch := range importBatches(clients) {
		err := s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
			if err := checkErased(ctx, tx, batch); err != nil {
				return err
			}
			for _, c := range batch {
				if err := s.importOne(ctx, scope, tx, c, viewers[c.ClientID]); err != nil {
					return err
				}
			}
			return putAppointments(ctx, tx, batch)
		})
		if err != nil {
			return fmt.Errorf("import clients: %w", err)
		}
		stored += len(batch)
		progress(stored)
	}
	return nil
}

func (s *Importer) importOne(ctx context.Context, scope client.Scope, tx store.Tx, c *client.Client, viewers []int64) error {
	c.SubjectIDs = client.SortedSet(c.SubjectIDs)
	slices.SortFunc(c.Appointments, func(a, b client.Appointment) int { return cmp.Compare(a.AppointmentID, b.AppointmentID) })
	return tx.Insert(ctx, c, history.Entry{
		ClientID:  c.ClientID,
		Version:   c.Version,
		At:        s.Instant(),
		User:      scope.User,
		Role:      scope.Role,
		Operation: history.OperationImport,
		RequestID: scope.RequestID,
		Changes:   importChanges(c, viewers),
	})
}

// viewersBySubject returns the viewers among the clients, ascending, by subject.
func viewersBySubject(clients []*client.Client) map[int64][]int64 {
	viewers := map[int64][]int64{}
	for _, c := range clients {
		for _, id := range c.SubjectIDs {
			viewers[id] = append(viewers[id], c.ClientID)
		}
	}
	for id, list := range viewers {
		viewers[id] = client.SortedSet(list)
	}
	return viewers
}

// checkErased refuses clients with the ids of erased ones.
func checkErased(ctx context.Context, tx store.Tx, clients []*client.Client) error {
	ids := make([]int64, len(clients))
	for i, c := range clients {
		ids[i] = c.ClientID
	}
	erased, err := tx.Erased(ctx, ids)
	if err != nil {
		return fmt.Errorf("find erased clients: %w", err)
	}
	if len(erased) > 0 {
		return fmt.Errorf("client %d was erased: %w", erased[0], store.ErrIDTaken)
	}
	return nil
}

// importChanges returns the changes for the history entry of an imported client. They
// include when and by whom it was changed before, because there is no other entry for
// that, and its imported viewers.
func importChanges(c *client.Client, viewers []int64) []history.Change {
	changes := append(history.FirstChanges(c), history.IDChanges(history.PathViewer, nil, viewers)...)
	if c.ModifiedDate != nil {
		changes = append(changes, history.Change{Path: client.NameModifiedDate, After: *c.ModifiedDate})
	}
	if c.ModifiedUser != nil {
		changes = append(changes, history.Change{Path: client.NameModifiedUser, After: *c.ModifiedUser})
	}
	return changes
}

// putAppointments stores the client of each imported appointment, so that the scheduler
// can change it later. If two appointments have the same id, which a dataset should not
// have, the last one is stored.
func putAppointments(ctx context.Context, tx store.Tx, clients []*client.Client) error {
	known := map[int64]client.KnownAppointment{}
	for _, c := range clients {
		for _, a := range c.Appointments {
			known[a.AppointmentID] = client.KnownAppointment{AppointmentID: a.AppointmentID, ClientID: c.ClientID, ModifiedDate: a.ModifiedDate}
		}
	}
	ids := slices.Sorted(maps.Keys(known))
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.KnownAppointments(ctx, ids); err != nil {
		return fmt.Errorf("find known appointments: %w", err)
	}
	records := make([]client.KnownAppointment, len(ids))
	for i, id := range ids {
		records[i] = known[id]
	}
	tx.KnowAppointments(records)
	return nil
}

// AssignIDs gives ids to the clients without one, and raises the counter above all given
// ids.
func (s *Importer) AssignIDs(ctx context.Context, clients []*client.Client) error {
	highest, highestAccount := int64(0), int64(0)
	for _, c := range clients {
		highest = max(highest, c.ClientID)
		if c.ClientAccountID != nil {
			highestAccount = max(highestAccount, *c.ClientAccountID)
		}
	}
	if err := s.Store.ReserveIDs(ctx, highest, highestAccount); err != nil {
		return fmt.Errorf("reserve ids: %w", err)
	}
	for _, c := range clients {
		if c.ClientID != 0 {
			continue
		}
		id, err := s.Store.NextClientID(ctx)
		if err != nil {
			return fmt.Errorf("take a client id: %w", err)
		}
		c.ClientID = id
	}
	return nil
}
