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

// Export is everything that is stored about a person.
type Export struct {
	At time.Time
	HeldRecord
	// Subjects and Viewers are the live clients at the other ends of edges that the
	// caller sees, ordered by id.
	Subjects, Viewers []int64
	Forms             []client.Form
	// Merged are the records of the clients merged into the client, in the order of
	// merging.
	Merged []HeldRecord
	// Merges are the journals of merges of the client or of one merged into it, as of the
	// survivor. An undone merge was of several people: the export has only when it was
	// made, and which of them the caller sees; ClientID is 0 if the caller does not see
	// the survivor.
	Merges []merge.Journal
	// Dismissed are the dismissed pairs of the client, or of one merged into it, with a
	// client that the caller sees.
	Dismissed []store.IDPair
	// Kept are versions of the client and of those merged into it that are stored for
	// retries.
	Kept []store.KeptVersion
	// Removed are their removed appointments, which stay stored.
	Removed []client.KnownAppointment
	// Deliveries are the messages about them that were sent to webhooks, or will be.
	Deliveries []store.WebhookDelivery
}

// HeldRecord is what is stored about a person under one id.
type HeldRecord struct {
	Client *client.Client
	// HasPassword says that a password hash is stored. The export does not have it.
	HasPassword bool
	// SSN is in the form that the caller may read; nil if there is none.
	SSN     *string
	Fields  []client.Field
	History []history.Entry
	Changes []changefeed.Row
}

// ExportData collects everything that is stored about a client, deleted or not, as of one
// time; nil if the caller does not see the client. It has no password, and the ssn is
// masked without the permission pii. Error: FORBIDDEN.
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

// collect reads what is stored outside the record.
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

// collectAside reads the data outside all records that refer to the client or to one
// merged into it.
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

// collectRecords reads the records of the client and of those merged into it, with the
// data stored under each id.
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

// wholeHistory reads all that the caller may read of clients' histories, by id. Each
// command reads some versions of all of them, so that no reply is too large.
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

// withoutOthers removes the others' data from the journals of undone merges, because they
// are different people.
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
