package personaldata

import (
	"context"
	"fmt"
	"slices"
	"time"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/merge"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// Export is everything that is held about a person.
type Export struct {
	At time.Time
	HeldRecord
	// Subjects and Viewers are the live clients at the other ends of edges whom
	// the caller sees, by id.
	Subjects, Viewers []int64
	Forms             []client.Form
	// Merged are the records of those who were merged into the client, in the order
	// in which they were.
	Merged []HeldRecord
	// Merges are what is kept of merges that the client, or one that was merged into
	// it, is part of, as of the survivor. An undone merge was one of several people:
	// of it are told when it was, and which of them the caller sees; ClientID is 0 for
	// a survivor whom the caller does not see.
	Merges []merge.Journal
	// Dismissed are the pairs that were told to be two people, one of them the client
	// or one that was merged into it, and the other one whom the caller sees.
	Dismissed []store.IDPair
	// Kept are the versions, of the client and of those who were merged into it, that
	// are kept for retries.
	Kept []store.KeptVersion
	// Removed are the appointments of any of them that are remembered to be removed.
	Removed []client.KnownAppointment
	// Deliveries are what webhooks were told of any of them, or are to be told.
	Deliveries []store.WebhookDelivery
}

// HeldRecord is what is held about a person under one id.
type HeldRecord struct {
	Client *client.Client
	// HasPassword says that a hash of a password is kept, which is not part of the export.
	HasPassword bool
	// SSN is as the caller may read it; nil when there is none.
	SSN     *string
	Fields  []client.Field
	History []history.Entry
	Changes []changefeed.Row
}

// ExportData collects everything that is held about a client, deleted or not, as
// of one moment; nil when the caller sees no such client. Secrets stay: a
// password is not told, an ssn is masked without the permission pii. Error:
// FORBIDDEN.
func (s *Keeper) ExportData(ctx context.Context, scope client.Scope, id client.ID) (*Export, error) {
	if err := reading.Permit(scope, client.Export, false); err != nil {
		return nil, err
	}
	var data *Export
	err := s.Store.Snapshot(ctx, func(ctx context.Context) error {
		data = nil
		c, err := s.Client(ctx, scope, id, client.SelectAll())
		if err != nil || c == nil {
			return err
		}
		data = &Export{At: s.Instant(), HeldRecord: HeldRecord{Client: c}}
		return s.collect(ctx, scope, data)
	})
	if err != nil {
		return nil, fmt.Errorf("export a client: %w", err)
	}
	return data, nil
}

// collect reads what is held apart from the record.
func (s *Keeper) collect(ctx context.Context, scope client.Scope, data *Export) error {
	c := []*client.Client{data.Client}
	if err := s.collectRecords(ctx, scope, data); err != nil {
		return err
	}
	subjects, err := s.Subjects(ctx, scope, c, client.Selection{})
	if err != nil {
		return err
	}
	viewers, err := s.Viewers(ctx, scope, c, client.Selection{})
	if err != nil {
		return err
	}
	data.Subjects, data.Viewers = idsOf(subjects), idsOf(viewers)
	forms, err := s.Forms(ctx, scope, c)
	if err != nil {
		return err
	}
	data.Forms = forms[data.Client.ClientID]
	if data.Merges, err = s.Store.Journals(ctx, scope, data.Client.Family()); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return err
	}
	for i := range data.Merges {
		if err := reading.ShowJournal(definitions, &data.Merges[i]); err != nil {
			return err
		}
	}
	if err := s.collectAside(ctx, scope, data); err != nil {
		return err
	}
	return s.withoutOthers(ctx, scope, data)
}

// collectAside reads what names the client, or one that was merged into it, and is
// part of no record.
func (s *Keeper) collectAside(ctx context.Context, scope client.Scope, data *Export) error {
	family := data.Client.Family()
	pairs, err := s.Store.DismissedPairs(ctx, scope, family)
	if err != nil {
		return fmt.Errorf("find dismissals: %w", err)
	}
	others := make([]int64, len(pairs))
	for i, pair := range pairs {
		if others[i] = pair[0]; slices.Contains(family, pair[0]) {
			others[i] = pair[1]
		}
	}
	found, err := s.LookUp(ctx, scope, others, client.Selection{})
	if err != nil {
		return err
	}
	for i, other := range found {
		if other.Client != nil {
			data.Dismissed = append(data.Dismissed, pairs[i])
		}
	}
	if data.Kept, err = s.Store.KeptVersions(ctx, scope, family); err != nil {
		return fmt.Errorf("find kept answers: %w", err)
	}
	if data.Removed, err = s.Store.RemovedAppointments(ctx, scope, family); err != nil {
		return fmt.Errorf("find removed appointments: %w", err)
	}
	if data.Deliveries, err = s.Store.ClientDeliveries(ctx, scope, family); err != nil {
		return fmt.Errorf("find deliveries of webhooks: %w", err)
	}
	return nil
}

// collectRecords reads the records of the client and of those who were merged
// into it, with what is kept under the id of each.
func (s *Keeper) collectRecords(ctx context.Context, scope client.Scope, data *Export) error {
	family := data.Client.Family()
	folded, err := s.Store.FoldedClients(ctx, scope, family)
	if err != nil {
		return fmt.Errorf("find merged records: %w", err)
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return err
	}
	rows, err := s.Store.ClientChangeRows(ctx, scope, family)
	if err != nil {
		return fmt.Errorf("read the feed: %w", err)
	}
	changes := map[int64][]changefeed.Row{}
	for _, row := range rows {
		changes[row.ClientID] = append(changes[row.ClientID], row)
	}
	history, err := s.wholeHistory(ctx, scope, family)
	if err != nil {
		return err
	}
	for _, id := range family {
		held := HeldRecord{Client: folded[id]}
		if id == data.Client.ClientID {
			held.Client = data.Client
		} else if held.Client == nil {
			continue
		}
		held.HasPassword, held.Fields = held.Client.PasswordHash != nil, client.Filled(definitions.Fields(held.Client))
		if held.SSN, err = s.SSN(scope, held.Client); err != nil {
			return err
		}
		held.History, held.Changes = history[id], changes[id]
		if held.Client == data.Client {
			data.HeldRecord = held
		} else {
			data.Merged = append(data.Merged, held)
		}
	}
	return nil
}

// wholeHistory reads all that the caller may read of the histories of clients, by
// id: some versions of all of them at a time, for no command to answer everything.
func (s *Keeper) wholeHistory(ctx context.Context, scope client.Scope, ids []int64) (map[int64][]history.Entry, error) {
	whole := map[int64][]history.Entry{}
	for after := int64(0); ; after += reading.MaxHistory {
		// A client has a row for each version.
		entries, err := s.Store.History(ctx, scope, ids, after, after+reading.MaxHistory)
		if err != nil {
			return nil, fmt.Errorf("read history: %w", err)
		}
		if len(entries) == 0 {
			return whole, nil
		}
		if err := s.Readable(ctx, scope, entries); err != nil {
			return nil, err
		}
		for _, entry := range entries {
			whole[entry.ClientID] = append(whole[entry.ClientID], entry)
		}
	}
}

// withoutOthers takes out of the journals of undone merges what they hold of the
// others, who turned out to be people of their own.
func (s *Keeper) withoutOthers(ctx context.Context, scope client.Scope, data *Export) error {
	var others []int64
	for i := range data.Merges {
		if j := &data.Merges[i]; j.Undone {
			j.Before, j.After, j.Report = nil, nil, nil
			others = append(append(others, j.ClientID), j.ClientIDs...)
		}
	}
	if others == nil {
		return nil
	}
	found, err := s.Store.ClientsByID(ctx, scope, client.SortedSet(others), true, client.Selection{})
	if err != nil {
		return fmt.Errorf("find the others of undone merges: %w", err)
	}
	visible := idsOf(found)
	for i := range data.Merges {
		j := &data.Merges[i]
		if !j.Undone {
			continue
		}
		j.ClientIDs = slices.DeleteFunc(j.ClientIDs, func(id int64) bool { return !slices.Contains(visible, id) })
		if !slices.Contains(visible, j.ClientID) {
			j.ClientID = 0
		}
	}
	return nil
}

func idsOf(clients []*client.Client) []int64 {
	ids := make([]int64, len(clients))
	for i, c := range clients {
		ids[i] = c.ClientID
	}
	return ids
}
