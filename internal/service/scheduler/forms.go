package scheduler

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/store"
)

// RecordForms stores forms that clients signed, each as a whole. Client and form id
// identify a form. Errors: FORBIDDEN, TOO_MANY; of an entry: REQUIRED, INVALID_ID,
// INVALID_TYPE, INVALID_CHARACTERS, TOO_LONG, NOT_FOUND, TOO_MANY (the client has 1,000).
func (s *Scheduler) RecordForms(ctx context.Context, scope client.Scope, feed Feed) (FeedResult, error) {
	if err := feed.begin(scope, argumentForms); err != nil {
		return FeedResult{}, err
	}
	var entries []formEntry
	readers := make([]*writing.EntryReader, len(feed.Entries))
	clients := map[int64]bool{}
	for i := range feed.Entries {
		r := feed.reader(argumentForms, i)
		readers[i] = r
		entry := formEntry{reader: r, form: client.Form{
			FormID:       r.FormID("formId"),
			ClientID:     r.ID("clientId", client.TypeClient, true),
			Name:         r.Name("name"),
			SignedDate:   r.Instant("signedDate", false),
			Data:         r.JSON("data"),
			ModifiedDate: r.Modified(),
		}}
		if r.Errors == nil {
			entries = append(entries, entry)
			clients[entry.form.ClientID] = true
		}
	}
	var parts []feedPart
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(clients)), feedClients) {
		batch := &formBatch{clientIDs: ids, now: s.Instant()}
		for _, entry := range entries {
			if _, of := slices.BinarySearch(ids, entry.form.ClientID); of {
				batch.entries = append(batch.entries, entry)
			}
		}
		parts = append(parts, batch)
	}
	return s.feed(ctx, scope, feed, readers, parts)
}

type formEntry struct {
	reader *writing.EntryReader
	form   client.Form
}

// formBatch are the entries of one transaction.
type formBatch struct {
	entries   []formEntry
	clientIDs []int64
	now       time.Time
}

func (b *formBatch) Apply(ctx context.Context, tx store.Tx) (int64, map[*writing.EntryReader]*client.Error, error) {
	changed, failed := int64(0), map[*writing.EntryReader]*client.Error{}
	clients, err := reading.LoadSurvivors(ctx, tx, b.clientIDs)
	if err != nil {
		return 0, nil, fmt.Errorf("find the clients of forms: %w", err)
	}
	stored, err := tx.Forms(ctx, b.clientIDs)
	if err != nil {
		return 0, nil, err
	}
	// newest has each client's latest forms by id.
	newest := map[int64]map[string]client.Form{}
	for id := range clients {
		newest[id] = map[string]client.Form{}
	}
	for _, form := range stored {
		if newest[form.ClientID] != nil {
			newest[form.ClientID][form.FormID] = form
		}
	}
	added := map[int64]map[string]bool{}
	for _, entry := range b.entries {
		form := entry.form
		forms := newest[form.ClientID]
		known, seen := forms[form.FormID]
		switch {
		case forms == nil:
			failed[entry.reader] = entry.reader.NoSuchClient()
		case seen && !form.ModifiedDate.After(known.ModifiedDate):
			// It is not newer than the stored form.
		case !seen && len(forms) >= MaxForms:
			failed[entry.reader] = entry.reader.Where.With("clientId").At(&client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("a client has at most %d forms", MaxForms)})
		default:
			forms[form.FormID] = form
			if added[form.ClientID] == nil {
				added[form.ClientID] = map[string]bool{}
			}
			added[form.ClientID][form.FormID] = true
			changed++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(added)) {
		var forms []client.Form
		for _, formID := range slices.Sorted(maps.Keys(added[id])) {
			forms = append(forms, newest[id][formID])
		}
		tx.PutForms(clients[id], forms, b.now, []string{client.NameFormList})
	}
	return changed, failed, nil
}
