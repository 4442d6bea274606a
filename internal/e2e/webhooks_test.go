package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/sample"
	"clientgraph/internal/store"
)

const (
	createWebhookMutation = `mutation ($input: CreateWebhookInput!, $key: String) { createWebhook(input: $input, idempotencyKey: $key) { secret ` + webhookFields + ` } }`
	updateWebhookMutation = `mutation ($id: ID!, $input: UpdateWebhookInput!, $version: Int) { updateWebhook(webhookId: $id, input: $input, expectedVersion: $version) { ` + webhookFields + ` } }`
	rotateWebhookMutation = `mutation ($id: ID!, $version: Int, $key: String) { rotateWebhookSecret(webhookId: $id, expectedVersion: $version, idempotencyKey: $key) { secret ` + webhookFields + ` } }`
	deleteWebhookMutation = `mutation ($id: ID!, $version: Int) { deleteWebhook(webhookId: $id, expectedVersion: $version) { deletedWebhookId deletedWebhookGlobalId ` + webhookFields + ` } }`
	redeliverMutation     = `mutation ($id: ID!) { redeliverWebhook(deliveryId: $id) { delivery { deliveryId state } userErrors { code message field } } }`
)

// makeWebhook makes a webhook and returns it with its secret.
func makeWebhook(t *testing.T, api *apitest.API, input values) (webhook values, secret string) {
	t.Helper()
	made := payload(t, api, owner(), createWebhookMutation, values{"input": input})
	return made["webhook"].(values), made["secret"].(string)
}

func TestWebhookIsMadeWithASecretThatIsToldOnce(t *testing.T) {
	api := apitest.New(t)
	input := values{"url": "https://example.com/hooks", "description": " Accounts ", "kinds": []any{"ERASED", "DELETED", "ERASED"}}
	variables := values{"input": input, "key": "once"}
	made := payload(t, api, owner(), createWebhookMutation, variables)
	webhook, secret := made["webhook"].(values), made["secret"].(string)
	want := values{
		"webhookId": webhook["webhookId"], "url": "https://example.com/hooks", "description": "Accounts", "kinds": []any{"DELETED", "ERASED"}, "enabled": true,
		"disabledReason": nil, "failingSince": nil, "previousSecretExpires": nil, "createdDate": webhook["modifiedDate"], "modifiedDate": webhook["createdDate"], "version": 1.0,
	}
	if diff := gocmp.Diff(want, webhook); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("the secret begins with %.6s", secret)
	}
	again := payload(t, api, owner(), createWebhookMutation, variables)
	if again["secret"] != nil || again["webhook"].(values)["webhookId"] != webhook["webhookId"] {
		t.Errorf("the answer that is given again is %v", again)
	}
	rotated := payload(t, api, owner(), rotateWebhookMutation, values{"id": webhook["webhookId"], "key": "two"})
	if rotated["secret"] == secret || rotated["webhook"].(values)["previousSecretExpires"] == nil || rotated["webhook"].(values)["version"] != 2.0 {
		t.Errorf("after the rotation: %v", rotated)
	}
	wantNowhere(t, api, secret, rotated["secret"].(string))
}

// wantNowhere looks for secrets in all that is stored and logged.
func wantNowhere(t *testing.T, api *apitest.API, secrets ...string) {
	t.Helper()
	held := api.Log.String()
	names, err := api.Mongo.ListCollectionNames(t.Context(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	for _, documents := range collections(t, api, names) {
		held += strings.Join(documents, "\n")
	}
	for _, secret := range secrets {
		if strings.Contains(held, strings.TrimPrefix(secret, "whsec_")) {
			t.Error("a document or a log line holds a webhook's secret")
		}
	}
}

func TestWebhookURLThatIsNotOfThePublicInternetIsRefused(t *testing.T) {
	api := apitest.New(t)
	for url, code := range map[string]string{
		"http://example.com/": "INVALID_URL", "https://localhost/": "INVALID_URL", "https://10.1.2.3/": "INVALID_URL", "https://[::ffff:127.0.0.1]/": "INVALID_URL",
		"https://169.254.169.254/latest/meta-data": "INVALID_URL", "https://user:password@example.com/": "INVALID_URL", "ftp://example.com": "INVALID_URL",
		"https://example.com/" + strings.Repeat("a", 2_000): "INVALID_URL", " ": "REQUIRED",
	} {
		refused := only(t, api.MustDo(t, owner(), createWebhookMutation, values{"input": values{"url": url}}))
		errs := refused["userErrors"].([]any)
		if len(errs) != 1 || errs[0].(values)["code"] != code || fmt.Sprint(errs[0].(values)["field"]) != "[input url]" || refused["webhook"] != nil || refused["secret"] != nil {
			t.Errorf("%.40q: %v", url, refused)
		}
		if message := errs[0].(values)["message"].(string); len(url) > 1 && strings.Contains(message, url) {
			t.Errorf("the message repeats the URL: %s", message)
		}
	}
}

func TestWebhookIsChangedUnlessItsVersionIsAnother(t *testing.T) {
	api := apitest.New(t)
	webhook, _ := makeWebhook(t, api, values{"url": "https://example.com/"})
	id := webhook["webhookId"]
	change := func(input values, version any) values {
		t.Helper()
		return only(t, api.MustDo(t, owner(), updateWebhookMutation, values{"id": id, "input": input, "version": version}))
	}
	same := change(values{"url": "https://example.com/", "kinds": []any{}, "enabled": true}, 1)
	if same["webhook"].(values)["version"] != 1.0 || len(same["userErrors"].([]any)) > 0 {
		t.Errorf("a change of nothing: %v", same)
	}
	changed := change(values{"url": "https://example.com/two", "description": "D", "kinds": []any{"MERGED"}, "enabled": false}, 1)["webhook"].(values)
	if changed["url"] != "https://example.com/two" || changed["description"] != "D" || fmt.Sprint(changed["kinds"]) != "[MERGED]" || changed["enabled"] != false || changed["version"] != 2.0 {
		t.Errorf("changed: %v", changed)
	}
	late := change(values{"description": nil}, 1)
	if codes := refusals(late); !slices.Equal(codes, []string{"VERSION_CONFLICT"}) || late["webhook"].(values)["version"] != 2.0 {
		t.Errorf("a change of an earlier version: %v", late)
	}
	for _, refused := range []struct {
		input values
		code  string
	}{{values{}, "EMPTY_PATCH"}, {values{"url": nil}, "REQUIRED"}, {values{"enabled": nil}, "REQUIRED"}, {values{"url": "https://10.0.0.1"}, "INVALID_URL"}, {values{"description": strings.Repeat("a", 1_001)}, "TOO_LONG"}} {
		if codes := refusals(change(refused.input, nil)); !slices.Equal(codes, []string{refused.code}) {
			t.Errorf("%v: %v, want %s", refused.input, codes, refused.code)
		}
	}
	if late := only(t, api.MustDo(t, owner(), rotateWebhookMutation, values{"id": id, "version": 1})); late["secret"] != nil || !slices.Equal(refusals(late), []string{"VERSION_CONFLICT"}) {
		t.Errorf("a rotation of an earlier version: %v", late)
	}
	if late := only(t, api.MustDo(t, owner(), deleteWebhookMutation, values{"id": id, "version": 1})); late["deletedWebhookId"] != nil || !slices.Equal(refusals(late), []string{"VERSION_CONFLICT"}) {
		t.Errorf("a deletion of an earlier version: %v", late)
	}
}

func TestWebhookIsFoundByEitherIDUntilItIsDeleted(t *testing.T) {
	api := apitest.New(t)
	webhook, _ := makeWebhook(t, api, values{"url": "https://example.com/"})
	id := webhook["webhookId"].(string)
	global := globalID(t, "Webhook", id)
	const query = `query ($id: ID!, $global: ID!) {
		webhooks { webhookId } plain: webhook(webhookId: $id) { id webhookId } byGlobal: webhook(webhookId: $global) { webhookId } node(id: $global) { id } }`
	variables := values{"id": id, "global": global}
	want := values{
		"webhooks": []any{values{"webhookId": id}}, "plain": values{"id": global, "webhookId": id}, "byGlobal": values{"webhookId": id}, "node": values{"id": global},
	}
	if diff := gocmp.Diff(want, api.MustDo(t, owner(), query, variables)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if deleted := payload(t, api, owner(), deleteWebhookMutation, values{"id": global}); deleted["deletedWebhookId"] != id || deleted["deletedWebhookGlobalId"] != global || deleted["webhook"] != nil {
		t.Errorf("deleted: %v", deleted)
	}
	want = values{"webhooks": []any{}, "plain": nil, "byGlobal": nil, "node": nil}
	if diff := gocmp.Diff(want, api.MustDo(t, owner(), query, variables)); diff != "" {
		t.Errorf("after its deletion (-want +got):\n%s", diff)
	}
	if codes := refusals(only(t, api.MustDo(t, owner(), deleteWebhookMutation, values{"id": id}))); !slices.Equal(codes, []string{"NOT_FOUND"}) {
		t.Errorf("deleted again: %v", codes)
	}
}

func TestBusinessHasAtMostTwentyWebhooks(t *testing.T) {
	api := apitest.New(t)
	for range 20 {
		makeWebhook(t, api, values{"url": "https://example.com/"})
	}
	if codes := refusals(only(t, api.MustDo(t, owner(), createWebhookMutation, values{"input": values{"url": "https://example.com/"}}))); !slices.Equal(codes, []string{"TOO_MANY"}) {
		t.Errorf("the 21st: %v", codes)
	}
}

func TestWebhookDeliveriesAreReadLatestFirst(t *testing.T) {
	api := apitest.New(t)
	webhook, _ := makeWebhook(t, api, values{"url": "https://example.com/"})
	key := store.WebhookKey{BusinessID: sample.BusinessID, WebhookID: 1}
	var deliveries []store.WebhookDelivery
	for i := range int64(5) {
		state := store.DeliveryPending
		if i%2 == 0 {
			state = store.DeliveryFailed
		}
		deliveries = append(deliveries, store.WebhookDelivery{Place: 2 * (i + 1), MessageID: fmt.Sprintf("msg_%d", i), Kind: history.KindUpserted, ClientID: 7, ChangedDate: time.Now(), State: state})
	}
	if err := api.Store.QueueDeliveries(t.Context(), key, deliveries); err != nil {
		t.Fatal(err)
	}
	read := func(arguments string) (messages []string, page values) {
		t.Helper()
		found := api.MustDo(t, owner(), `{ webhook(webhookId: `+webhook["webhookId"].(string)+`) { deliveries(`+arguments+`) { nodes { messageId } pageInfo { endCursor hasNextPage hasPreviousPage } } } }`, nil)
		connection := found["webhook"].(values)["deliveries"].(values)
		for _, node := range connection["nodes"].([]any) {
			messages = append(messages, node.(values)["messageId"].(string))
		}
		return messages, connection["pageInfo"].(values)
	}
	first, page := read(`first: 3`)
	if !slices.Equal(first, []string{"msg_4", "msg_3", "msg_2"}) || page["hasNextPage"] != true || page["hasPreviousPage"] != false {
		t.Errorf("first: %v %v", first, page)
	}
	rest, page := read(fmt.Sprintf(`first: 3, after: %q`, page["endCursor"]))
	if !slices.Equal(rest, []string{"msg_1", "msg_0"}) || page["hasNextPage"] != false || page["hasPreviousPage"] != true {
		t.Errorf("rest: %v %v", rest, page)
	}
	if failed, _ := read(`state: FAILED`); !slices.Equal(failed, []string{"msg_4", "msg_2", "msg_0"}) {
		t.Errorf("failed: %v", failed)
	}
}

func TestWebhookDeliveryIsPendingOnceItIsToBeSentAgain(t *testing.T) {
	api := apitest.New(t)
	makeWebhook(t, api, values{"url": "https://example.com/"})
	err := api.Store.QueueDeliveries(t.Context(), store.WebhookKey{BusinessID: sample.BusinessID, WebhookID: 1}, []store.WebhookDelivery{
		{Place: 2, MessageID: "msg_1", Kind: history.KindUpserted, ClientID: 7, ChangedDate: time.Now(), State: store.DeliveryFailed},
	})
	if err != nil {
		t.Fatal(err)
	}
	again := payload(t, api, owner(), redeliverMutation, values{"id": "1"})
	if diff := gocmp.Diff(values{"deliveryId": "1", "state": "PENDING"}, again["delivery"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if codes := refusals(only(t, api.MustDo(t, owner(), redeliverMutation, values{"id": "2"}))); !slices.Equal(codes, []string{"NOT_FOUND"}) {
		t.Errorf("an unknown delivery: %v", codes)
	}
}

func TestExportHandsOverWhatWebhooksAreToldOfTheClient(t *testing.T) {
	api := apitest.New(t)
	api.LoadReference(t)
	makeWebhook(t, api, values{"url": "https://example.com/"})
	// The database deletes deliveries of long ago.
	at := time.Now()
	err := api.Store.QueueDeliveries(t.Context(), store.WebhookKey{BusinessID: sample.BusinessID, WebhookID: 1}, []store.WebhookDelivery{
		{Place: 2, MessageID: "msg_1", Kind: history.KindUpserted, ClientID: 4658091, ChangedFields: []string{"city"}, ChangedDate: at, State: store.DeliverySucceeded},
		{Place: 4, MessageID: "msg_2", Kind: history.KindUpserted, ClientID: 4761823, ChangedDate: at, State: store.DeliveryPending},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := values{"exportClientData": values{"webhookDeliveries": []any{values{
		"webhookId": "1", "clientId": "4658091", "kind": "UPSERTED", "changedDate": client.FormatInstant(at), "changedFields": []any{"city"}, "state": "DELIVERED",
	}}}}
	if diff := gocmp.Diff(want, api.MustDo(t, owner(), `{ exportClientData(clientId: "4658091") { webhookDeliveries } }`, nil)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
