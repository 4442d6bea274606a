package client

import (
	"context"
	"fmt"
	"time"
)

// ExportStore is what a Store does about exports.
type ExportStore interface {
	// ClientChangeRows finds the rows of the feed about one client that are kept,
	// in order.
	ClientChangeRows(ctx context.Context, scope Scope, clientID int64) ([]ChangeRow, error)
	// Journals finds the journals of merges that a client is part of, without the
	// viewers, by merge.
	Journals(ctx context.Context, scope Scope, clientID int64) ([]Journal, error)
}

// PersonalData is everything that is held about a person.
type PersonalData struct {
	At     time.Time
	Client *Client
	// HasPassword says that a hash of a password is kept; it is not told.
	HasPassword bool
	// SSN is as the caller may read it; nil when there is none.
	SSN    *string
	Fields []Field
	// Subjects and Viewers are the live clients at the other ends of edges whom
	// the caller sees, by id.
	Subjects, Viewers []int64
	Forms             []Form
	History           []Entry
	Changes           []ChangeRow
	// Merges are what is kept of merges that the client is part of, as of the
	// survivor.
	Merges []Journal
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
		data = &PersonalData{At: s.instant(), Client: c, HasPassword: c.PasswordHash != nil}
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
	ids := []int64{data.Client.ClientID}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return err
	}
	data.Fields = Filled(definitions.Fields(data.Client))
	if data.SSN, err = s.SSN(scope, data.Client); err != nil {
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
	if data.History, err = s.store.History(ctx, scope, ids, 0, 0); err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	if err := s.readable(ctx, scope, data.History); err != nil {
		return err
	}
	if data.Changes, err = s.store.ClientChangeRows(ctx, scope, data.Client.ClientID); err != nil {
		return fmt.Errorf("read the feed: %w", err)
	}
	if data.Merges, err = s.store.Journals(ctx, scope, data.Client.ClientID); err != nil {
		return fmt.Errorf("read the journal: %w", err)
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
