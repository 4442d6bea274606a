package client

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ExportStore is what a Store does about exports.
type ExportStore interface {
	// ClientChangeRows finds the rows of the feed about those clients that are kept,
	// in order. Whether the scope sees the clients is the caller's to know.
	ClientChangeRows(ctx context.Context, scope Scope, clientIDs []int64) ([]ChangeRow, error)
	// FoldedClients finds the records of those clients that were merged, as they
	// were then, by id. Whether the scope sees the survivor is the caller's to know.
	FoldedClients(ctx context.Context, scope Scope, ids []int64) (map[int64]*Client, error)
	// Journals finds the journals of merges that a client is part of, without the
	// viewers, by merge.
	Journals(ctx context.Context, scope Scope, clientID int64) ([]Journal, error)
}

// PersonalData is everything that is held about a person.
type PersonalData struct {
	At time.Time
	HeldRecord
	// Subjects and Viewers are the live clients at the other ends of edges whom
	// the caller sees, by id.
	Subjects, Viewers []int64
	Forms             []Form
	// Merged are the records of those who were merged into the client, in the order
	// in which they were.
	Merged []HeldRecord
	// Merges are what is kept of merges that the client is part of, as of the
	// survivor. An undone merge was one of several people: of it are told when it
	// was, and which of them the caller sees; ClientID is 0 for a survivor whom the
	// caller does not see.
	Merges []Journal
}

// HeldRecord is what is held about a person under one id.
type HeldRecord struct {
	Client *Client
	// HasPassword says that a hash of a password is kept; it is not told.
	HasPassword bool
	// SSN is as the caller may read it; nil when there is none.
	SSN     *string
	Fields  []Field
	History []Entry
	Changes []ChangeRow
}

// ExportData collects everything that is held about a client, deleted or not, as
// of one moment; nil when the caller sees no such client. Secrets stay: a
// password is not told, an ssn is masked without the permission pii. Error:
// FORBIDDEN.
func (s *Service) ExportData(ctx context.Context, scope Scope, id ID) (*PersonalData, error) {
	if err := permit(scope, Export, false); err != nil {
		return nil, err
	}
	var data *PersonalData
	err := s.store.Snapshot(ctx, func(ctx context.Context) error {
		data = nil
		c, err := s.Client(ctx, scope, id, SelectAll())
		if err != nil || c == nil {
			return err
		}
		data = &PersonalData{At: s.instant(), HeldRecord: HeldRecord{Client: c}}
		return s.collect(ctx, scope, data)
	})
	if err != nil {
		return nil, fmt.Errorf("export a client: %w", err)
	}
	return data, nil
}

// collect reads what is held apart from the record.
func (s *Service) collect(ctx context.Context, scope Scope, data *PersonalData) error {
	c := []*Client{data.Client}
	if err := s.collectRecords(ctx, scope, data); err != nil {
		return err
	}
	subjects, err := s.Subjects(ctx, scope, c, Selection{})
	if err != nil {
		return err
	}
	viewers, err := s.Viewers(ctx, scope, c, Selection{})
	if err != nil {
		return err
	}
	data.Subjects, data.Viewers = idsOf(subjects), idsOf(viewers)
	forms, err := s.Forms(ctx, scope, c)
	if err != nil {
		return err
	}
	data.Forms = forms[data.Client.ClientID]
	if data.Merges, err = s.store.Journals(ctx, scope, data.Client.ClientID); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	return s.withoutOthers(ctx, scope, data)
}

// collectRecords reads the records of the client and of those who were merged
// into it, with what is kept under the id of each.
func (s *Service) collectRecords(ctx context.Context, scope Scope, data *PersonalData) error {
	family := data.Client.family()
	folded, err := s.store.FoldedClients(ctx, scope, family)
	if err != nil {
		return fmt.Errorf("find merged records: %w", err)
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return err
	}
	history, err := s.store.History(ctx, scope, family, 0, 0)
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	if err := s.readable(ctx, scope, history); err != nil {
		return err
	}
	changes, err := s.store.ClientChangeRows(ctx, scope, family)
	if err != nil {
		return fmt.Errorf("read the feed: %w", err)
	}
	for _, id := range family {
		held := HeldRecord{Client: folded[id]}
		if id == data.Client.ClientID {
			held.Client = data.Client
		} else if held.Client == nil {
			continue
		}
		held.HasPassword, held.Fields = held.Client.PasswordHash != nil, Filled(definitions.Fields(held.Client))
		if held.SSN, err = s.SSN(scope, held.Client); err != nil {
			return err
		}
		for _, entry := range history {
			if entry.ClientID == id {
				held.History = append(held.History, entry)
			}
		}
		for _, row := range changes {
			if row.ClientID == id {
				held.Changes = append(held.Changes, row)
			}
		}
		if held.Client == data.Client {
			data.HeldRecord = held
		} else {
			data.Merged = append(data.Merged, held)
		}
	}
	return nil
}

// withoutOthers takes out of the journals of undone merges what they hold of the
// others, who turned out to be people of their own.
func (s *Service) withoutOthers(ctx context.Context, scope Scope, data *PersonalData) error {
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
	found, err := s.store.ClientsByID(ctx, scope, sortedSet(others), true, Selection{})
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

func idsOf(clients []*Client) []int64 {
	ids := make([]int64, len(clients))
	for i, c := range clients {
		ids[i] = c.ClientID
	}
	return ids
}

// Held says whether a stored part is told of as such: not what the service
// derives from other parts, and no secret.
func (p *Property) Held() bool {
	switch p.Name {
	case nameModifiedDate, nameModifiedUser, nameAppointmentCount:
		return true
	case nameFields, nameSubjects:
		// They are told by themselves.
		return false
	}
	return !p.is(derived) && !p.is(secret)
}
