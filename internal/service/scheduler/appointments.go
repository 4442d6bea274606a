package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// Arguments; the paths of errors begin with them.
const (
	argumentAppointments = "appointments"
	argumentForms        = "forms"
)

// appointmentEntry is a checked entry: an appointment of a client, or a removal.
type appointmentEntry struct {
	reader      *writing.EntryReader
	clientID    int64
	removed     bool
	appointment client.Appointment
}

// RecordAppointments stores appointments that the scheduler made or changed. An
// appointment that had another client before moves. Errors: FORBIDDEN, TOO_MANY; of an
// entry: REQUIRED, INVALID_ID, INVALID_TYPE, INVALID_STATUS, NOT_FOUND, TOO_MANY (the
// client has 10,000).
func (s *Scheduler) RecordAppointments(ctx context.Context, scope client.Scope, feed Feed) (FeedResult, error) {
	return s.feedAppointments(ctx, scope, feed, func(r *writing.EntryReader) appointmentEntry {
		return appointmentEntry{
			clientID: r.ID("clientId", client.TypeClient, true),
			appointment: client.Appointment{
				AppointmentID: r.ID("appointmentId", client.TypeAny, true),
				LocationID:    r.ID("locationId", client.TypeAny, false),
				StaffID:       r.ID("staffId", client.TypeAny, false),
				ReasonID:      r.ID("reasonId", client.TypeAny, false),
				Start:         r.Start(),
				Status:        r.Status(),
				ModifiedDate:  r.Modified(),
			},
		}
	})
}

// RemoveAppointments removes appointments that the scheduler no longer has. The removal
// of an unknown appointment is stored too. Errors: FORBIDDEN, TOO_MANY; of an entry:
// REQUIRED, INVALID_ID, INVALID_TYPE.
func (s *Scheduler) RemoveAppointments(ctx context.Context, scope client.Scope, feed Feed) (FeedResult, error) {
	return s.feedAppointments(ctx, scope, feed, func(r *writing.EntryReader) appointmentEntry {
		return appointmentEntry{
			removed:     true,
			appointment: client.Appointment{AppointmentID: r.ID("appointmentId", client.TypeAny, true), ModifiedDate: r.Modified()},
		}
	})
}

func (s *Scheduler) feedAppointments(ctx context.Context, scope client.Scope, feed Feed, read func(*writing.EntryReader) appointmentEntry) (FeedResult, error) {
	if err := feed.begin(scope, argumentAppointments); err != nil {
		return FeedResult{}, err
	}
	business, err := s.Business(ctx, scope)
	if err != nil {
		return FeedResult{}, err
	}
	var entries []appointmentEntry
	readers := make([]*writing.EntryReader, len(feed.Entries))
	for i := range feed.Entries {
		readers[i] = feed.reader(argumentAppointments, i)
		entry := read(readers[i])
		entry.reader = readers[i]
		if entry.reader.Errors == nil {
			entries = append(entries, entry)
		}
	}
	var parts []feedPart
	for _, chunk := range chunksByClient(entries) {
		parts = append(parts, &appointmentBatch{entries: chunk, indexer: s.Indexer(business), now: s.Instant()})
	}
	return s.feed(ctx, scope, feed, readers, parts)
}

// chunksByClient splits entries into transactions: entries of one appointment stay
// together and in order, and entries of one client as far as possible, so that a client's
// record is written once.
func chunksByClient(entries []appointmentEntry) [][]appointmentEntry {
	// first is the client in the first entry of an appointment.
	first := map[int64]int64{}
	for _, entry := range entries {
		if _, seen := first[entry.appointment.AppointmentID]; !seen {
			first[entry.appointment.AppointmentID] = entry.clientID
		}
	}
	slices.SortStableFunc(entries, func(a, b appointmentEntry) int {
		return cmp.Or(
			cmp.Compare(first[a.appointment.AppointmentID], first[b.appointment.AppointmentID]),
			cmp.Compare(a.appointment.AppointmentID, b.appointment.AppointmentID))
	})
	var chunks [][]appointmentEntry
	start, clients := 0, map[int64]bool{}
	for i, entry := range entries {
		// The client of a removal is not known here.
		client := cmp.Or(entry.clientID, -entry.appointment.AppointmentID)
		another := i > 0 && entries[i-1].appointment.AppointmentID != entry.appointment.AppointmentID
		if another && !clients[client] && len(clients) >= feedClients {
			chunks = append(chunks, entries[start:i])
			start, clients = i, map[int64]bool{}
		}
		clients[client] = true
	}
	if start < len(entries) {
		chunks = append(chunks, entries[start:])
	}
	return chunks
}

// appointmentBatch are the entries of one transaction.
type appointmentBatch struct {
	entries []appointmentEntry
	indexer *search.Indexer
	now     time.Time

	// The following fields belong to one run of the transaction.
	known   map[int64]client.KnownAppointment
	touched map[int64]bool
	before  map[int64]*client.Client
	after   map[int64]*client.Client
	failed  map[*writing.EntryReader]*client.Error
	changed int64
}

func (b *appointmentBatch) Apply(ctx context.Context, tx store.Tx) (int64, map[*writing.EntryReader]*client.Error, error) {
	if err := b.load(ctx, tx); err != nil {
		return 0, nil, err
	}
	for i := range b.entries {
		if err := b.take(&b.entries[i]); err != nil {
			b.failed[b.entries[i].reader] = err
		}
	}
	// All writers write in one order, so that they wait for each other instead of
	// conflicting.
	for _, id := range slices.Sorted(maps.Keys(b.after)) {
		if err := b.save(tx, b.before[id], b.after[id]); err != nil {
			return 0, nil, err
		}
	}
	known := make([]client.KnownAppointment, 0, len(b.touched))
	for _, id := range slices.Sorted(maps.Keys(b.touched)) {
		known = append(known, b.known[id])
	}
	tx.KnowAppointments(known)
	return b.changed, b.failed, nil
}

// load reads the stored state of the entries' appointments, and all their previous and
// next clients.
func (b *appointmentBatch) load(ctx context.Context, tx store.Tx) error {
	b.touched, b.after, b.failed, b.changed = map[int64]bool{}, map[int64]*client.Client{}, map[*writing.EntryReader]*client.Error{}, 0
	var appointments, clients []int64
	for _, entry := range b.entries {
		appointments = append(appointments, entry.appointment.AppointmentID)
		clients = append(clients, entry.clientID)
	}
	var err error
	if b.known, err = tx.KnownAppointments(ctx, client.SortedSet(appointments)); err != nil {
		return fmt.Errorf("find known appointments: %w", err)
	}
	for _, known := range b.known {
		clients = append(clients, known.ClientID)
	}
	if b.before, err = reading.LoadSurvivors(ctx, tx, client.SortedSet(clients)); err != nil {
		return fmt.Errorf("find the clients of appointments: %w", err)
	}
	return nil
}

// take applies an entry, or returns its error.
func (b *appointmentBatch) take(entry *appointmentEntry) *client.Error {
	a := entry.appointment
	var c *client.Client
	if !entry.removed {
		if c = b.edit(entry.clientID); c == nil {
			return entry.reader.NoSuchClient()
		}
	}
	known, seen := b.known[a.AppointmentID]
	if seen && !a.ModifiedDate.After(known.ModifiedDate) {
		return nil
	}
	next := client.KnownAppointment{AppointmentID: a.AppointmentID, ClientID: known.ClientID, ModifiedDate: a.ModifiedDate, Removed: entry.removed}
	if c != nil {
		next.ClientID = entry.clientID
		if _, has := c.Appointment(a.AppointmentID); !has && len(c.Appointments) >= client.MaxAppointments {
			return entry.reader.Where.With("clientId").At(&client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("a client has at most %d appointments", client.MaxAppointments)})
		}
	}
	if owner := b.edit(known.ClientID); owner != nil && owner != c {
		owner.DropAppointment(a.AppointmentID)
	}
	if c != nil {
		c.PutAppointment(a)
	}
	b.known[a.AppointmentID], b.touched[a.AppointmentID] = next, true
	b.changed++
	return nil
}

// edit returns the state of a client that entries are applied to, for a merged client its
// survivor's; nil if there is no such client.
func (b *appointmentBatch) edit(id int64) *client.Client {
	before := b.before[id]
	if before == nil {
		return nil
	}
	// Entries may name a survivor by several ids.
	id = before.ClientID
	b.before[id] = before
	if after := b.after[id]; after != nil {
		return after
	}
	after := *before
	after.Appointments = slices.Clone(before.Appointments)
	b.after[id] = &after
	return &after
}

func (b *appointmentBatch) save(tx store.Tx, before, after *client.Client) error {
	if client.PropertyByName(client.NameAppointments).Equal(before, after) {
		return nil
	}
	b.indexer.Prepare(after)
	properties := []string{client.NameAppointments}
	if before.ActiveAppointmentCount != after.ActiveAppointmentCount {
		properties = append(properties, client.NameAppointmentCount)
	}
	return tx.Refresh(before, after, b.now, properties)
}
