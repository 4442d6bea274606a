package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/store"
)

// Two businesses of one server, and what is nowhere: each has its own numbers,
// from one of these on, and is the business of that number.
const (
	home    = 1_000_000
	nowhere = 1_500_000
	away    = 2_000_000
)

// What businesses number themselves, and number alike.
const (
	commonStaff    = 51
	commonLocation = 12
	commonReason   = 7
)

// tenant is a business and what belongs to it.
type tenant struct {
	base int64
	// word is in every text of the business.
	word string
	// mergeID is of the merge of base+5 into base+4.
	mergeID string
}

// clients of a tenant, from its base on.
const (
	clientOwn = 1 + iota
	clientSecond
	clientDeleted
	clientSurvivor
	clientFolded
	// clientHidden has no appointment: only who sees all sees it.
	clientHidden
	clientTwin
	clientOtherTwin
	// clientElsewhere has an appointment where nobody else has one.
	clientElsewhere
	// clientLast keeps ids that are given from now on off all the others.
	clientLast = 999
)

// More numbers of a tenant.
const (
	firstAccount   = 900
	ownDefinition  = 301
	lastDefinition = 999
	ownAppointment = 401
	otherStaff     = 501
	otherLocation  = 601
	otherReason    = 701
	ownGroup       = 801
	// lastWebhook, lastDelivery and lastJob keep ids that are given from now on off all others.
	lastWebhook  = 999
	lastDelivery = 999
	lastJob      = 999
)

func (tn *tenant) at(offset int64) int64 { return tn.base + offset }

// text is a text of the tenant's own.
func (tn *tenant) text(name string) string {
	if name == "emailAddress" {
		return "own@" + strings.ToLower(tn.word) + ".example"
	}
	return name + " of " + tn.word
}

// dataset is what the tenant begins with.
func (tn *tenant) dataset() importing.Dataset {
	business := client.DefaultBusiness(tn.base)
	business.Name = new(tn.word)
	data := importing.Dataset{Business: business, Definitions: []client.FieldDefinition{
		{DefinitionID: tn.at(ownDefinition), BusinessID: tn.base, Label: tn.word, Type: client.FieldText},
		{DefinitionID: tn.at(lastDefinition), BusinessID: tn.base, Label: tn.word, Type: client.FieldText},
	}}
	for _, offset := range []int64{
		clientOwn, clientSecond, clientDeleted, clientSurvivor, clientFolded, clientHidden, clientTwin, clientOtherTwin, clientElsewhere, clientLast,
	} {
		c := &client.Client{
			ClientID: tn.at(offset), Lifecycle: client.Live, Status: client.StatusActive, CreatedUser: new("import"),
			FirstName: new(fmt.Sprintf("No%d", offset)), LastName: new(tn.word), EmailAddress: new(fmt.Sprintf("no%d@%s.example", offset, strings.ToLower(tn.word))),
		}
		if offset != clientSecond {
			c.ClientAccountID = new(tn.at(firstAccount + offset))
		}
		switch offset {
		case clientOwn:
			c.EmailAddress, c.ExternalUserName, c.Notes = new(tn.text("emailAddress")), new(tn.text("externalUserName")), new(tn.text("searchTerm"))
			c.Tags, c.SubjectIDs = []string{tn.text("tag")}, []int64{tn.at(clientSecond), tn.at(clientTwin)}
			c.FieldValues = []client.FieldValue{{DefinitionID: tn.at(ownDefinition), Value: tn.word}}
		case clientDeleted:
			c.Lifecycle = client.Removed
		case clientTwin, clientOtherTwin:
			c.EmailAddress = new("twin@" + strings.ToLower(tn.word) + ".example")
		}
		data.Clients = append(data.Clients, c)
	}
	return data
}

// owner is the tenant's owner. All callers of both have one name.
func (tn *tenant) owner() client.Identity {
	who := apitest.Owner(tn.base)
	who.User = "sam"
	return who
}

// callers are one of each role, the one who sees most first.
func (tn *tenant) callers() []client.Identity {
	var all []client.Identity
	for _, role := range []client.Role{client.RoleOwner, client.RoleAdmin, client.RoleLocationSuperUser, client.RoleStaff, client.RoleClient} {
		who := client.Identity{BusinessID: tn.base, User: "sam", Role: role, Permissions: role.Permissions()}
		switch role {
		case client.RoleLocationSuperUser:
			who.LocationIDs = []int64{commonLocation}
		case client.RoleStaff:
			who.StaffID = commonStaff
		case client.RoleClient:
			who.ClientAccountID = tn.at(firstAccount + clientOwn)
		}
		all = append(all, who)
	}
	return all
}

// twoTenants is a server with a home, whose callers ask, and another business.
func twoTenants(t *testing.T) (api *apitest.API, at, other *tenant) {
	t.Helper()
	api = apitest.New(t)
	at, other = &tenant{base: home, word: "Acorn"}, &tenant{base: away, word: "Bramble"}
	for _, tn := range []*tenant{at, other} {
		api.Load(t, tn.dataset())
		tn.settle(t, api)
	}
	return api, at, other
}

const later = "2031-01-01T00:00:00Z"

// settle brings in what no dataset holds.
func (tn *tenant) settle(t *testing.T, api *apitest.API) {
	t.Helper()
	var appointments []any
	for offset := int64(clientOwn); offset <= clientElsewhere; offset++ {
		appointment := values{
			"appointmentId": fmt.Sprint(tn.at(ownAppointment - 1 + offset)), "clientId": fmt.Sprint(tn.at(offset)), "start": later, "status": "OPEN",
			"modifiedDate": "2030-01-01T00:00:00Z", "staffId": fmt.Sprint(commonStaff), "locationId": fmt.Sprint(commonLocation), "reasonId": fmt.Sprint(commonReason),
		}
		switch offset {
		case clientHidden:
			continue
		case clientElsewhere:
			appointment["staffId"], appointment["locationId"], appointment["reasonId"] = fmt.Sprint(tn.at(otherStaff)), fmt.Sprint(tn.at(otherLocation)), fmt.Sprint(tn.at(otherReason))
		}
		appointments = append(appointments, appointment)
	}
	payload(t, api, tn.owner(), `mutation ($list: [AppointmentInput!]!) { recordAppointments(appointments: $list) { recorded userErrors { code field } } }`,
		values{"list": appointments})
	payload(t, api, tn.owner(), `mutation ($form: ClientFormInput!) { recordClientForms(forms: [$form]) { recorded userErrors { code field } } }`,
		values{"form": values{"formId": tn.form(), "clientId": fmt.Sprint(tn.at(clientOwn)), "name": tn.word, "data": values{"text": tn.word}, "modifiedDate": "2030-01-01T00:00:00Z"}})
	payload(t, api, tn.owner(), `mutation ($group: LocationGroupInput!) { putLocationGroup(input: $group) { locationGroup { name } userErrors { code field } } }`,
		values{"group": values{"locationGroupId": fmt.Sprint(tn.at(ownGroup)), "name": tn.word, "locationIds": []any{fmt.Sprint(tn.at(otherLocation))}, "modifiedDate": "2030-01-01T00:00:00Z"}})
	tn.mergeID = payload(t, api, tn.owner(), mergeMutation, values{"id": fmt.Sprint(tn.at(clientSurvivor)), "ids": []any{fmt.Sprint(tn.at(clientFolded))}})["mergeId"].(string)
	tn.settleWebhook(t, api)
	tn.settleJob(t, api)
	// The first id that is taken costs a command more than the next.
	create(t, api, tn.owner(), person(values{"lastName": tn.word, "emailAddress": "made@" + strings.ToLower(tn.word) + ".example"}))
}

// settleWebhook makes a webhook, of the last id, and a delivery to it.
func (tn *tenant) settleWebhook(t *testing.T, api *apitest.API) {
	t.Helper()
	for name, last := range map[string]int64{"webhookId": tn.at(lastWebhook) - 1, "webhookDeliveryId": tn.at(lastDelivery) - 1} {
		counter := bson.D{{Key: "businessId", Value: int64(0)}, {Key: "_id", Value: name}}
		if _, err := api.Mongo.Collection("counters").UpdateOne(t.Context(), counter, bson.D{{Key: "$set", Value: bson.D{{Key: "value", Value: last}}}}, options.UpdateOne().SetUpsert(true)); err != nil {
			t.Fatal(err)
		}
	}
	payload(t, api, tn.owner(), `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { webhookId } userErrors { code field } } }`,
		values{"input": values{"url": "https://" + strings.ToLower(tn.word) + ".example/", "description": tn.word}})
	err := api.Store.QueueDeliveries(t.Context(), store.WebhookKey{BusinessID: tn.base, WebhookID: tn.at(lastWebhook)}, []store.WebhookDelivery{{
		Place: 2, MessageID: "msg_" + tn.word, Kind: history.KindUpserted, ClientID: tn.at(clientOwn), ChangedDate: time.Now(), State: store.DeliveryPending,
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// settleJob makes an export, of the last id.
func (tn *tenant) settleJob(t *testing.T, api *apitest.API) {
	t.Helper()
	counter := bson.D{{Key: "businessId", Value: int64(0)}, {Key: "_id", Value: "jobId"}}
	if _, err := api.Mongo.Collection("counters").UpdateOne(t.Context(), counter, bson.D{{Key: "$set", Value: bson.D{{Key: "value", Value: tn.at(lastJob) - 1}}}}, options.UpdateOne().SetUpsert(true)); err != nil {
		t.Fatal(err)
	}
	payload(t, api, tn.owner(), exportMutation, values{"input": values{"filter": values{"searchTerm": tn.word}}})
}

func (tn *tenant) form() string { return fmt.Sprintf("form-%d", tn.base) }

// named is an id of a tenant, as a literal.
type named struct{ kind, literal string }

// ids are an id of every kind that the tenant has.
func (tn *tenant) ids() []named {
	global := func(typeName string, number int64) string { return client.ID{Type: typeName, Number: number}.String() }
	number := func(offset int64) string { return fmt.Sprint(tn.at(offset)) }
	list := []named{
		{"client", number(clientOwn)},
		{"client's global id", global("Client", tn.at(clientOwn))},
		{"deleted client", number(clientDeleted)},
		{"merged client", number(clientFolded)},
		{"survivor", number(clientSurvivor)},
		{"account", number(firstAccount + clientOwn)},
		{"merged account", number(firstAccount + clientFolded)},
		{"definition", number(ownDefinition)},
		{"definition's global id", global("FieldDefinition", tn.at(ownDefinition))},
		{"merged client's global id", global("MergedClient", tn.at(clientFolded))},
		{"appointment", number(ownAppointment)},
		{"staff", number(otherStaff)},
		{"location", number(otherLocation)},
		{"reason", number(otherReason)},
		{"group", number(ownGroup)},
		{"form", tn.form()},
		{"merge", tn.mergeID},
		{"webhook", number(lastWebhook)},
		{"webhook's global id", global("Webhook", tn.at(lastWebhook))},
		{"delivery", number(lastDelivery)},
		{"job", number(lastJob)},
		{"job's global id", global("Job", tn.at(lastJob))},
		{"business", fmt.Sprint(tn.base)},
	}
	for i := range list {
		list[i].literal = `"` + list[i].literal + `"`
	}
	return list
}

// natural is the kind of id that a name asks for.
func natural(name string) string {
	for _, kind := range []struct{ part, kind string }{
		{"account", "account"},
		{"defn", "definition"},
		{"group", "group"},
		{"location", "location"},
		{"staff", "staff"},
		{"reason", "reason"},
		{"appointment", "appointment"},
		{"form", "form"},
		{"merge", "merge"},
		{"webhook", "webhook"},
		{"delivery", "delivery"},
		{"job", "job"},
	} {
		if strings.Contains(strings.ToLower(name), kind.part) && !strings.HasPrefix(name, "confirm") {
			return kind.kind
		}
	}
	return "client"
}

// given is a value for an input that has to be there, by its name or its type.
func (tn *tenant) given(f *filler, name, typeName string) string {
	quoted := func(number int64) string { return fmt.Sprintf(`"%d"`, number) }
	switch name {
	case "clientId", "fromClientId", "viewerClientIds":
		return quoted(tn.at(clientOwn))
	case "confirmClientId":
		if len(f.at) == 1 && f.at[0] == "clientId" {
			// To be told that there is no such client, both must name it.
			return f.value
		}
		return quoted(tn.at(clientOwn))
	case "clientIds", "ids", "id":
		return quoted(tn.at(clientSecond))
	case "clientAccountId":
		return quoted(tn.at(firstAccount + clientOwn))
	case "schedulerPreferenceFieldDefnId", "schedulerPreferenceFieldDefnIds":
		return quoted(tn.at(ownDefinition))
	case "appointmentId":
		return quoted(tn.at(ownAppointment))
	case "locationGroupId":
		return quoted(tn.at(ownGroup))
	case "locationIds":
		return quoted(tn.at(otherLocation))
	case "mergeId":
		return quoted(999_999)
	case "formId":
		return `"` + tn.form() + `"`
	case "webhookId":
		return quoted(tn.at(lastWebhook))
	case "deliveryId":
		return quoted(tn.at(lastDelivery))
	case "jobId":
		return quoted(tn.at(lastJob))
	case "url":
		return `"https://example.com/"`
	case "by":
		return `{externalUserName: "up"}`
	case "emailAddress":
		if len(f.at) == 2 && f.at[0] == "by" && f.at[1] == name {
			// An input that contradicts the key is refused for that.
			return f.value
		}
		return `"a@example.com"`
	case "field":
		return `"city"`
	case "modifiedDate", "start":
		return `"` + later + `"`
	}
	switch typeName {
	case "Int":
		return "1"
	case "String", "JSON":
		return `"plain"`
	case "AppointmentStatus":
		return "OPEN"
	case "FieldType":
		return "TEXT"
	case "ImportMatch":
		return "NONE"
	case "UnmergeValue":
		return "BEFORE"
	}
	panic("given has no value for " + name + " of type " + typeName)
}
