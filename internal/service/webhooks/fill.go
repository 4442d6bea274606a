package webhooks

import (
	"context"
	"fmt"
	"slices"

	"clientgraph/internal/changefeed"
	"clientgraph/internal/client"
	"clientgraph/internal/store"
	"clientgraph/internal/webhook"
)

// fill stores deliveries for the next rows of the feed, as far as there is room, and
// returns all pending deliveries.
func (w *worker) fill(ctx context.Context, open *store.OpenWebhook) ([]store.WebhookDelivery, error) {
	head, err := w.runner.endpoints.Store.ChangeHead(ctx, w.scope())
	if err != nil {
		return nil, fmt.Errorf("find the head of the feed: %w", err)
	}
	if err := w.check(ctx, open, head); err != nil {
		return nil, err
	}
	pending, err := w.store().PendingDeliveries(ctx, w.key, maxPending)
	if err != nil {
		return nil, err
	}
	room := int64(maxPending - len(pending))
	stored := false
	for room > 0 && open.State.Queued < head {
		rows, looked, err := w.runner.endpoints.Store.Changes(ctx, w.scope(), open.State.Queued, head, room)
		if err != nil {
			return nil, fmt.Errorf("read the feed: %w", err)
		}
		deliveries := deliveriesOf(open, rows)
		if err := w.store().QueueDeliveries(ctx, w.key, deliveries); err != nil {
			return nil, err
		}
		open.State.Queued = looked
		room -= int64(len(deliveries))
		stored = stored || len(deliveries) > 0
	}
	if !stored {
		return pending, nil
	}
	// Read again: stored deliveries have their ids, and those of erased clients are gone.
	return w.store().PendingDeliveries(ctx, w.key, maxPending)
}

// check checks that the feed still has all rows without a stored delivery. If some
// expired, the pending deliveries are dropped, and one is stored that asks the receiver
// to read all clients again.
func (w *worker) check(ctx context.Context, open *store.OpenWebhook, head int64) error {
	from := open.State.Queued
	if w.checked == nil || *w.checked != open.Revision {
		// Deliveries expire together with their rows.
		from = open.State.Done
	}
	if from < head {
		written, err := w.runner.endpoints.Store.ChangeDate(ctx, w.scope(), from+1)
		if err != nil {
			return fmt.Errorf("find the next change: %w", err)
		}
		if written.Before(w.now().Add(-store.FeedRetention)) {
			return w.resync(ctx, open, head)
		}
	}
	w.checked = &open.Revision
	return nil
}

func (w *worker) resync(ctx context.Context, open *store.OpenWebhook, head int64) error {
	if err := w.store().DropDeliveries(ctx, w.key); err != nil {
		return err
	}
	resync := store.WebhookDelivery{
		Place: 2*head + 1, MessageID: webhook.NewMessageID(), Kind: webhook.KindResync,
		ChangedDate: w.runner.endpoints.Instant(), State: store.DeliveryPending,
	}
	if err := w.store().QueueDeliveries(ctx, w.key, []store.WebhookDelivery{resync}); err != nil {
		return err
	}
	open.State.Queued, open.State.Done = head, head
	w.checked = &open.Revision
	return nil
}

// deliveriesOf returns the deliveries of rows of the feed to a webhook.
func deliveriesOf(open *store.OpenWebhook, rows []changefeed.Row) []store.WebhookDelivery {
	var deliveries []store.WebhookDelivery
	for i := range rows {
		row := &rows[i]
		// A row without a client only fills its number.
		if row.ClientID == 0 || len(open.Kinds) > 0 && !slices.Contains(open.Kinds, row.Kind) {
			continue
		}
		d := store.WebhookDelivery{
			Place: 2 * row.Sequence, MessageID: webhook.NewMessageID(), Kind: row.Kind, ClientID: row.ClientID, Version: row.Version,
			ChangedFields: row.ChangedFields(client.RoleAdmin), ChangedDate: row.At, State: store.DeliveryPending,
		}
		if row.MergedIntoClientID != 0 {
			d.MergedIntoClientID = &row.MergedIntoClientID
		}
		deliveries = append(deliveries, d)
	}
	return deliveries
}

func eventOf(d *store.WebhookDelivery) webhook.Event {
	event := webhook.Event{
		BusinessID: d.BusinessID, Kind: d.Kind, At: d.ChangedDate, ClientID: d.ClientID, Version: d.Version, ChangedFields: d.ChangedFields,
	}
	if d.MergedIntoClientID != nil {
		event.MergedIntoClientID = *d.MergedIntoClientID
	}
	return event
}
