package mongostore_test

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
	"clientgraph/internal/service/jobs"
	"clientgraph/internal/store"
	"clientgraph/internal/testdb"
	"clientgraph/internal/transfer"
)

func TestBacklogCountsWhatWaitsInAllBusinesses(t *testing.T) {
	t.Parallel()
	p := openProcess(t, testdb.New(t), nil)
	want := store.NoBacklog()
	found, err := p.store.Backlog(t.Context())
	must(t, err)
	if diff := gocmp.Diff(want, found); diff != "" {
		t.Errorf("of a database in which nothing waits (-want +got):\n%s", diff)
	}

	other := ownerScope()
	other.BusinessID++
	for _, scope := range []client.Scope{ownerScope(), other} {
		_, err = p.service.StartExport(t.Context(), scope, jobs.ExportOptions{Format: transfer.CSV})
		must(t, err)
	}
	_, err = p.service.StartImport(t.Context(), ownerScope(), jobs.ImportOptions{})
	must(t, err)
	ended, err := p.service.StartExport(t.Context(), ownerScope(), jobs.ExportOptions{Format: transfer.CSV})
	must(t, err)
	_, err = p.service.CancelJob(t.Context(), ownerScope(), client.ID{Number: ended.Job.JobID})
	must(t, err)
	want.Jobs[store.OpenJobs{Kind: store.ExportClients, State: store.JobQueued}] = 2
	want.Jobs[store.OpenJobs{Kind: store.ImportClients, State: store.JobWaiting}] = 1

	for i, set := range []bson.D{
		{{Key: "description", Value: "well"}},
		{{Key: "failingSince", Value: time.Now()}},
		{{Key: "enabled", Value: false}, {Key: "disabledReason", Value: "FAILING"}, {Key: "failingSince", Value: time.Now()}},
		{{Key: "enabled", Value: false}, {Key: "disabledReason", Value: "GONE"}},
		{{Key: "enabled", Value: false}},
	} {
		scope := ownerScope()
		scope.BusinessID += int64(i % 2)
		made, err := p.service.CreateWebhook(t.Context(), scope, client.Values{"url": "https://example.com/hooks"})
		must(t, err)
		_, err = p.db.Collection(schema.Webhooks).UpdateByID(t.Context(), made.Webhook.WebhookID, bson.D{{Key: "$set", Value: set}})
		must(t, err)
	}
	for _, health := range []store.WebhookHealth{store.WebhookWell, store.WebhookTried, store.WebhookGivenUp, store.WebhookReceiverGone, store.WebhookDisabledByOne} {
		want.Webhooks[health] = 1
	}

	since := time.UnixMilli(1_700_000_000_000).UTC()
	_, err = p.db.Collection(schema.Outbox).InsertMany(t.Context(), []any{
		bson.D{{Key: "businessId", Value: int64(9)}, {Key: "clientId", Value: int64(2)}, {Key: "change", Value: int64(1)}, {Key: "at", Value: since}},
		bson.D{{Key: "businessId", Value: int64(8)}, {Key: "clientId", Value: int64(1)}, {Key: "change", Value: int64(1)}, {Key: "at", Value: since.Add(time.Hour)}},
	})
	must(t, err)
	want.UnnumberedSince = &since

	found, err = p.store.Backlog(t.Context())
	must(t, err)
	if diff := gocmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
