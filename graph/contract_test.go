package graph_test

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	gqlast "github.com/vektah/gqlparser/v2/ast"

	"clientgraph/graph"
	"clientgraph/internal/apitest"
)

func isRoot(def *gqlast.Definition) bool {
	return slices.Contains([]string{"Query", "Mutation", "Subscription"}, def.Name)
}

// mayBeNull are the fields that may be null though they are no root fields, no
// role is denied them and they are no property that an input may leave out: each
// with what it means that it is null.
var mayBeNull = map[string]string{
	"Me.client":                                "the caller is no client",
	"Business.name":                            "not given",
	"Business.locale":                          "not given",
	"ClientSuggestions.addNew":                 "nothing was typed, or the caller may create no clients",
	"PageInfo.startCursor":                     "the part is empty",
	"PageInfo.endCursor":                       "the part is empty",
	"Client.parentBusinessId":                  "there is none",
	"Client.clientAccountId":                   "the client has no login",
	"Client.createdDate":                       "not known",
	"Client.createdDateMillis":                 "not known",
	"Client.modifiedDate":                      "never changed",
	"Client.modifiedDateMillis":                "never changed",
	"Client.safeDateOfBirth":                   "there is no date of birth",
	"Client.timeZoneCode":                      "there is no time zone",
	"Client.textSearchable":                    "there is nothing to search",
	"HistoryEntry.mergeId":                     "other operations",
	"HistoryEntry.requestId":                   "no request did it",
	"HistoryChange.clientGlobalId":             "the change is of no viewer edge",
	"HistoryChange.before":                     "there was no value",
	"HistoryChange.after":                      "there is no value",
	"ClientForm.name":                          "not given",
	"ClientForm.signedDate":                    "not known",
	"ClientForm.data":                          "nothing was filled in",
	"ClientField.propertyCode":                 "the field stands for no property",
	"ClientField.value":                        "the client has no value",
	"FieldDefinition.propertyCode":             "the field stands for no property",
	"ClientChange.client":                      "the caller sees no such live client",
	"ClientChange.mergedIntoClientId":          "another kind of change",
	"ClientChange.mergedIntoClientGlobalId":    "another kind of change",
	"ClientListChange.clientId":                "the whole list is told",
	"ClientListChange.clientGlobalId":          "the whole list is told",
	"ClientListChange.index":                   "the client left, or the whole list is told",
	"ClientListChange.previousClientId":        "the client is the first, or left, or the whole list is told",
	"ClientListChange.previousClientGlobalId":  "the client is the first, or left, or the whole list is told",
	"ClientListChange.client":                  "the client left, or the whole list is told",
	"ClientListChange.clients":                 "one client is told of",
	"MergeMove.values":                         "relations move without their values",
	"MergeFill.value":                          "a secret",
	"MergeValue.value":                         "a secret",
	"UnmergeConflict.before":                   "there was no value",
	"UnmergeConflict.merged":                   "there was no value",
	"UnmergeConflict.current":                  "there is no value",
	"UserError.field":                          "no one place is at fault",
	"Webhook.description":                      "not given",
	"Webhook.disabledReason":                   "no server disabled it",
	"Webhook.failingSince":                     "the last attempt did not fail",
	"Webhook.previousSecretExpires":            "there is no secret before",
	"Webhook.deliveries":                       "the arguments are wrong",
	"WebhookDelivery.kind":                     "the message is about no client",
	"WebhookDelivery.clientId":                 "the message is about no client",
	"WebhookDelivery.clientGlobalId":           "the message is about no client",
	"WebhookDelivery.mergedIntoClientId":       "another kind of change",
	"WebhookDelivery.mergedIntoClientGlobalId": "another kind of change",
	"WebhookDelivery.lastAttemptDate":          "there was no attempt",
	"WebhookDelivery.nextAttemptDate":          "as soon as may be, or never",
	"WebhookDelivery.failure":                  "the last attempt did not fail",
	"WebhookDelivery.status":                   "the receiver gave no answer",
	"Job.failure":                              "it did not fail",
	"Job.startedDate":                          "it has not begun",
	"Job.endedDate":                            "it has not ended",
	"Job.totalRows":                            "the file was not looked at yet",
	"Job.uploadPath":                           "it waits for no file",
	"Job.result":                               "there is none, or it is not kept any more",
	"ImportPreviewColumn.column":               "the header is left out, or nothing is known of it",
	"Appointment.locationId":                   "the scheduler told none",
	"Appointment.staffId":                      "the scheduler told none",
	"Appointment.reasonId":                     "the scheduler told none",
	"UserError.mergedIntoClientId":             "another code",
	"UserError.mergedIntoClientGlobalId":       "another code",
}

// TestSchemaSaysWhatMayBeNull: a field is null only where a role is denied it, the
// answer failed, or the thing is not there; whatever else there is is non-null.
// What a mutation made is null with errors.
func TestSchemaSaysWhatMayBeNull(t *testing.T) {
	schema := apitest.Schema(t)
	input := schema.Types["CreateClientInput"].Fields
	left := map[string]bool{}
	for where := range mayBeNull {
		left[where] = true
	}
	for _, def := range apitest.Objects(schema) {
		for _, field := range def.Fields {
			where := def.Name + "." + field.Name
			denied := field.Directives.ForName("permission") != nil || field.Directives.ForName("hiddenFrom") != nil
			result := strings.HasSuffix(def.Name, "Payload") && field.Name != "userErrors"
			optional := def.Name == "Client" && input.ForName(field.Name) != nil && !input.ForName(field.Name).Type.NonNull && field.Type.Elem == nil
			_, listed := mayBeNull[where]
			delete(left, where)
			switch {
			case isRoot(def), denied:
				if field.Type.NonNull && !apitest.IsIntrospection(field) {
					t.Errorf("%s may fail or be denied, and would take its parent away", where)
				}
			case !field.Type.NonNull && !listed && !result && !optional:
				t.Errorf("%s: %s may be null, and nothing says why", where, field.Type)
			case field.Type.NonNull && listed:
				t.Errorf("%s is %s, and listed as one that may be null", where, field.Type)
			}
		}
	}
	for where := range left {
		t.Errorf("%s is not in the schema", where)
	}
}

// TestSchemaNamesClientsByGlobalIDToo: caches know a client by its global id, so
// every field that names one by its number has another one beside it that does so
// by its global id.
func TestSchemaNamesClientsByGlobalIDToo(t *testing.T) {
	// The global ids of these are told by other fields.
	elsewhere := map[string]string{
		"Client.clientId":               "Client.id",
		"Client.clientIdsClientCanView": "Client.viewClients",
		"Query.clientIdList":            "Query.clientReport",
	}
	schema := apitest.Schema(t)
	for _, def := range apitest.Objects(schema) {
		for _, field := range def.Fields {
			lower := strings.ToLower(field.Name)
			if field.Type.Name() != "ID" || !strings.Contains(lower, "clientid") && field.Name != "canView" && field.Name != "viewedBy" {
				continue
			}
			global := strings.NewReplacer("ClientId", "ClientGlobalId", "clientId", "clientGlobalId").Replace(field.Name)
			if global == field.Name {
				global += "GlobalIds"
			}
			if typeName, name, is := strings.Cut(elsewhere[def.Name+"."+field.Name], "."); is {
				if schema.Types[typeName].Fields.ForName(name) == nil {
					t.Errorf("%s.%s: there is no %s.%s", def.Name, field.Name, typeName, name)
				}
				continue
			}
			if other := def.Fields.ForName(global); other == nil || other.Type.String() != field.Type.String() {
				t.Errorf("%s.%s names a client by its number alone: want %s: %s beside it", def.Name, field.Name, global, field.Type)
			}
		}
	}
}

// TestSchemaPayloadsOfOneClientShareAnInterface, so that a caller reads what is
// wrong with any of them by one fragment.
func TestSchemaPayloadsOfOneClientShareAnInterface(t *testing.T) {
	for _, def := range apitest.Objects(apitest.Schema(t)) {
		answersOne := strings.HasSuffix(def.Name, "Payload") && def.Fields.ForName("client") != nil
		if is := slices.Contains(def.Interfaces, "ClientPayload"); is != answersOne {
			t.Errorf("%s answers one client: %t, and is a ClientPayload: %t", def.Name, answersOne, is)
		}
	}
}

// foreignDirectives are those of Apollo Federation up to 2.12 and of the
// specification of costs: a gateway or a tool gives them its own meaning.
var foreignDirectives = []string{
	"key", "requires", "provides", "external", "extends", "shareable", "inaccessible", "override", "tag", "link", "composeDirective",
	"interfaceObject", "authenticated", "requiresScopes", "policy", "context", "fromContext", "cost", "listSize", "cacheTag",
	"connect", "source", "defer", "stream",
}

func TestSchemaDirectivesAreNoneOfFederations(t *testing.T) {
	for name, directive := range served(t).Directives {
		if slices.Contains(foreignDirectives, name) {
			t.Errorf("the schema has a directive @%s of its own (%s): it is another one elsewhere", name, directive.Description)
		}
	}
}

// TestSchemaExtendsNoTypeBeforeIt: tools that read the file from its begin to its
// end know a type by then.
func TestSchemaExtendsNoTypeBeforeIt(t *testing.T) {
	for _, def := range apitest.Schema(t).Types {
		for _, field := range def.Fields {
			if field.Position != nil && def.Position != nil && field.Position.Line < def.Position.Line {
				t.Errorf("%s.%s stands before type %s", def.Name, field.Name, def.Name)
			}
		}
	}
}

// served is the schema that the server has.
func served(t *testing.T) *gqlast.Schema {
	t.Helper()
	return graph.NewSchema(nil).Schema()
}

// TestSchemaFileIsTheSchema: the file for tools says what schema.graphqls does,
// each type once.
func TestSchemaFileIsTheSchema(t *testing.T) {
	text, err := graph.SchemaFile(served(t))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "\nextend ") {
		t.Error("the file extends types")
	}
	read, err := gqlparser.LoadSchema(&gqlast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	schema := apitest.Schema(t)
	if read.Description != schema.Description || schema.Description == "" {
		t.Errorf("the schema describes itself as %q", read.Description)
	}
	if diff := gocmp.Diff(outline(schema), outline(read)); diff != "" {
		t.Errorf("(-schema.graphqls +file):\n%s", diff)
	}
	if diff := gocmp.Diff(descriptions(schema), descriptions(read)); diff != "" {
		t.Errorf("descriptions (-schema.graphqls +file):\n%s", diff)
	}
}

// outline is what a schema defines: each field with its arguments, type and
// directives, each value, each interface, by where it stands.
func outline(schema *gqlast.Schema) map[string]string {
	lines := map[string]string{}
	for _, def := range schema.Types {
		lines[def.Name] = string(def.Kind) + " " + strings.Join(def.Interfaces, " & ") + directivesOf(def.Directives)
		for _, value := range def.EnumValues {
			lines[def.Name+"."+value.Name] = "value"
		}
		for _, field := range def.Fields {
			line := field.Type.String() + defaultOf(field.DefaultValue) + directivesOf(field.Directives)
			for _, argument := range field.Arguments {
				line += ", " + argument.Name + ": " + argument.Type.String() + defaultOf(argument.DefaultValue)
			}
			lines[def.Name+"."+field.Name] = line
		}
	}
	for _, directive := range schema.Directives {
		line := ""
		for _, argument := range directive.Arguments {
			line += argument.Name + ": " + argument.Type.String() + defaultOf(argument.DefaultValue) + " "
		}
		for _, location := range directive.Locations {
			line += string(location) + " "
		}
		lines["@"+directive.Name] = line
	}
	return lines
}

func defaultOf(value *gqlast.Value) string {
	if value == nil {
		return ""
	}
	return " = " + value.String()
}

func directivesOf(list gqlast.DirectiveList) string {
	text := ""
	for _, directive := range list {
		text += " @" + directive.Name
		for _, argument := range directive.Arguments {
			text += " " + argument.Name + ": " + argument.Value.String()
		}
	}
	return text
}
