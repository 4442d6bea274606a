package graph_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	gqlast "github.com/vektah/gqlparser/v2/ast"

	"clientgraph/graph/generated"
	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
)

// referenceNames are the properties of a client in the REST reference: those of
// its table and of its samples. jobRequisitionNumbersDeleted, in the table, is
// a misprint of jobRequisitionNumbersDeclined, which the samples have.
var referenceNames = []string{
	"activeAppointmentCount", "address1", "address2", "aggregatedNotes", "alertNotes", "allowWaitListText",
	"authnetCustomerId", "authnetPaymentProfileIdList", "blocked", "businessId", "businessPhone", "cellPhone",
	"city", "clientAccountId", "clientId", "clientIdsClientCanView", "companyName", "country", "county",
	"createdDate", "createdUser", "dateOfBirth", "deleted", "emailAddress", "emergencyContact",
	"emergencyContactPhone", "enrollee", "enterpriseClientId", "excludeEmailCategoryIdList",
	"excludeEmailTemplateIdList", "externalUserName", "fieldDataList", "fieldDataListJson", "fieldDataMap",
	"fieldDataMapJson", "fields", "firstName", "formList", "fullName", "homePhone", "hubspotutk", "imageUrl",
	"infusionsoftContactId", "insuranceCo", "insuranceGroup", "insuranceNo", "insurancePlan", "invitationOptIn",
	"ipAddress", "jobRequisitionNumbersAccepted", "jobRequisitionNumbersDeclined", "jobRequisitionNumbersSent",
	"lastName", "latitude", "locale", "longitude", "modifiedDate", "modifiedUser", "notes", "parentBusinessId",
	"password", "referredBy", "requisitionIdsAccepted", "requisitionIdsDeclined", "requisitionIdsSent",
	"safeDateOfBirth", "salesforceAccountId", "salesforceContactId", "salesforceLeadId", "salesforcePersonId",
	"sanitized", "sex", "spouseName", "squareCustomerId", "ssn", "ssoTags", "state", "status",
	"stripeCustomerId", "tags", "textSearchable", "timeZone", "timeZoneCode", "viewByClients",
	"viewClientAccountIds", "viewClients", "zip",
}

// ownNames are the fields of Client that the reference does not have.
var ownNames = []string{"id", "version", "active", "createdDateMillis", "modifiedDateMillis", "mergedClients", "aliases", "history", "appointments"}

// TestSchemaHasEveryReferenceName holds Client to the reference's names, our own,
// and the properties that callers write, and to no others; a password is written
// and never read.
func TestSchemaHasEveryReferenceName(t *testing.T) {
	if len(referenceNames) != 87 {
		t.Fatalf("the table has %d names, the reference 87", len(referenceNames))
	}
	want := slices.DeleteFunc(slices.Concat(referenceNames, ownNames), func(name string) bool { return name == "password" })
	for _, p := range client.Properties() {
		if !p.Writable() {
			continue
		}
		want = append(want, p.Name)
		if apitest.Definition(t, "Client").Fields.ForName(p.Name) == nil {
			t.Errorf("%s is a property of the table and no field of type Client (schema.graphqls)", p.Name)
		}
	}
	checkNames(t, "fields of Client", apitest.FieldNames(apitest.Definition(t, "Client")), want)
}

// TestSchemaInputsMatchProperties holds the inputs to the writable properties,
// with the types that they are stored as, and to the names that have rules of
// their own.
func TestSchemaInputsMatchProperties(t *testing.T) {
	want := map[string]string{
		"fields":                 "[ClientFieldInput!]",
		"clientIdsClientCanView": "[ID!]",
		"viewClientAccountIds":   "[ID!]",
		"password":               "String",
		"ssn":                    "String",
	}
	for _, p := range client.Properties() {
		if p.Writable() {
			want[p.Name] = inputType(t, p)
		}
	}
	for _, name := range []string{"CreateClientInput", "UpdateClientInput", "ClientPatch"} {
		fields := apitest.Definition(t, name).Fields
		for property, typeName := range want {
			if field := fields.ForName(property); field == nil || field.Type.String() != typeName {
				t.Errorf("%s is a property that callers write, and input %s lacks %s: %s (schema.graphqls)", property, name, property, typeName)
			}
		}
		for _, field := range fields {
			if want[field.Name] == "" {
				t.Errorf("input %s has %s, which is no property that callers write (internal/client/properties.go)", name, field.Name)
			}
		}
	}
}

// TestGeneratedCodeIsOfTheSchema: a field of Client that is in the file and not in
// the generated code is answered by nobody.
func TestGeneratedCodeIsOfTheSchema(t *testing.T) {
	served := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, name := range []string{"Client", "CreateClientInput", "UpdateClientInput", "ClientPatch"} {
		for _, field := range apitest.Definition(t, name).Fields {
			if served.Types[name].Fields.ForName(field.Name) == nil {
				t.Errorf("%s.%s is in schema.graphqls and not in the generated code: run make generate", name, field.Name)
			}
		}
	}
}

// TestSchemaOutputsMatchProperties holds each field of Client that is a stored
// property to the type that it is stored as.
func TestSchemaOutputsMatchProperties(t *testing.T) {
	fields := apitest.Definition(t, "Client").Fields
	for _, p := range client.Properties() {
		field := fields.ForName(p.Name)
		want, plain := outputType(p)
		if field == nil || !plain {
			continue
		}
		if got := field.Type.String(); got != want {
			t.Errorf("Client.%s is %s, stored as %s", p.Name, got, want)
		}
	}
}

// TestSchemaDenialIsNullable: what is denied answers null, and null must not
// take away more than itself.
func TestSchemaDenialIsNullable(t *testing.T) {
	denied := []string{"aggregatedNotes", "ssn"}
	for _, p := range client.Properties() {
		if p.HiddenFromClient() {
			denied = append(denied, p.Name)
		}
	}
	fields := apitest.Definition(t, "Client").Fields
	for _, name := range denied {
		field := fields.ForName(name)
		if field == nil {
			t.Errorf("Client.%s is missing", name)
			continue
		}
		if field.Type.NonNull {
			t.Errorf("Client.%s may be denied and is %s", name, field.Type)
		}
		if name != "ssn" && !strings.Contains(field.Description, "Denied to role CLIENT") {
			t.Errorf("the description of Client.%s keeps quiet that role CLIENT may not read it", name)
		}
	}
	for _, def := range apitest.Schema(t).Types {
		root := slices.Contains([]string{"Query", "Mutation", "Subscription"}, def.Name)
		for _, field := range def.Fields {
			denied := field.Directives.ForName("permission") != nil || field.Directives.ForName("hiddenFrom") != nil
			if field.Type.NonNull && (root && !apitest.IsIntrospection(field) || denied) {
				t.Errorf("%s.%s may be denied and is %s", def.Name, field.Name, field.Type)
			}
		}
	}
}

// TestSchemaUserErrorCodesAreTheDomains: a mutation can answer every code of the
// domain as data but those of reading and of permission.
func TestSchemaUserErrorCodesAreTheDomains(t *testing.T) {
	notData := []client.Code{
		client.CodeUnauthenticated, client.CodeForbidden, client.CodeInvalidPagination, client.CodeInvalidCursor, client.CodeInvalidDateRange,
		client.CodeRateLimited, client.CodeTooManyRows, client.CodeResyncRequired,
	}
	want := slices.DeleteFunc(domainCodes(t), func(code string) bool { return slices.Contains(notData, client.Code(code)) })
	checkNames(t, "values of UserErrorCode", valueNames(apitest.Definition(t, "UserErrorCode")), want)
}

// TestSchemaEnumsAreTheDomains: an enum has a value for each constant that the
// domain knows.
func TestSchemaEnumsAreTheDomains(t *testing.T) {
	var permissions []string
	for _, name := range client.AllPermissions.Names() {
		permissions = append(permissions, strings.ToUpper(name))
	}
	for name, want := range map[string][]string{
		"Permission":       permissions,
		"Role":             constants(t, "client/scope.go", "Role"),
		"ClientStatus":     constants(t, "client/client.go", "Status"),
		"ClientTrait":      constants(t, "client/trait.go", "Trait"),
		"FieldType":        constants(t, "client/definition.go", "FieldType"),
		"ClientOrderField": constants(t, "store/order.go", "OrderField"),
		"HistoryOperation": constants(t, "history/history.go", "Operation"),
		"ClientChangeKind": constants(t, "history/history.go", "Kind"),
		"DuplicateReason":  constants(t, "store/duplicates.go", "DuplicateReason"),
	} {
		checkNames(t, "values of "+name, valueNames(apitest.Definition(t, name)), want)
	}
}

// TestSchemaIsDescribed: nobody has to guess what anything is.
func TestSchemaIsDescribed(t *testing.T) {
	for where, text := range descriptions(apitest.Schema(t)) {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s has no description", where)
		}
	}
}

// TestSchemaNamesRealCodes: what a description spells like a code is one, or a
// value of an enum.
func TestSchemaNamesRealCodes(t *testing.T) {
	schema := apitest.Schema(t)
	known := slices.Concat(domainCodes(t), limitCodes(t))
	for _, def := range schema.Types {
		known = append(known, valueNames(def)...)
	}
	code := regexp.MustCompile(`\b[A-Z]+(_[A-Z]+)+\b`)
	for where, text := range descriptions(schema) {
		for _, name := range code.FindAllString(text, -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s speaks of %s, which does not exist", where, name)
			}
		}
	}
}

// TestSchemaListsEveryLimit: what an operation may be refused for before it begins
// is read at one place.
func TestSchemaListsEveryLimit(t *testing.T) {
	description := apitest.Definition(t, "Query").Description
	for _, code := range limitCodes(t) {
		if !strings.Contains(description, code) {
			t.Errorf("Query does not tell of %s", code)
		}
	}
}

// inputType is the schema's type for writing a property.
func inputType(t *testing.T, p client.Property) string {
	t.Helper()
	switch p.At(&client.Client{}).(type) {
	case **string:
		return "String"
	case **bool, *bool:
		return "Boolean"
	case **float64:
		return "Float"
	case **client.Date:
		return "Date"
	case *[]string:
		return "[String!]"
	case *[]int64:
		return "[ID!]"
	case *client.Status:
		return "ClientStatus"
	}
	t.Fatalf("property %s is writable and has no input type", p.Name)
	return ""
}

// outputType is the schema's type for reading a property; plain is false for
// one that is read in a form of its own.
func outputType(p client.Property) (name string, plain bool) {
	switch p.At(&client.Client{}).(type) {
	case **string:
		if p.Name == "timeZone" {
			return "TimeZone", true
		}
		return "String", true
	case **bool:
		return "Boolean", true
	case *bool:
		return "Boolean!", true
	case **float64:
		return "Float", true
	case **int64:
		return "ID", true
	case *int64:
		return "Int!", true
	case **client.Date:
		return "Date", true
	case **time.Time:
		return "DateTime", true
	case *[]string:
		if p.HiddenFromClient() {
			return "[String!]", true
		}
		return "[String!]!", true
	case *[]int64:
		return "[ID!]!", true
	case *client.Status:
		return "ClientStatus!", true
	}
	return "", false
}

// descriptions are those of everything in the schema that can have one, by
// where it stands; empty where there is none.
func descriptions(schema *gqlast.Schema) map[string]string {
	texts := map[string]string{}
	for _, def := range schema.Types {
		if def.BuiltIn {
			continue
		}
		texts[def.Name] = def.Description
		for _, value := range def.EnumValues {
			texts[def.Name+"."+value.Name] = value.Description
		}
		for _, field := range def.Fields {
			if apitest.IsIntrospection(field) {
				continue
			}
			where := def.Name + "." + field.Name
			texts[where] = field.Description
			for _, argument := range field.Arguments {
				texts[where+"("+argument.Name+")"] = argument.Description
			}
		}
	}
	return texts
}

// domainCodes are the codes of the domain, read off its source, so that a new
// one is missed here before it is missed by a caller.
func domainCodes(t *testing.T) []string { return constants(t, "client/codes.go", "Code") }

// limitCodes are those of the guards before an operation, without the library's.
func limitCodes(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(constants(t, "limit/shape.go", "client.Code"), func(code string) bool { return strings.HasPrefix(code, "GRAPHQL_") })
}

// constants are the values of the string constants of a type in a file of the
// domain.
func constants(t *testing.T, file, typeName string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), "../internal/"+file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if spec.Type == nil || types.ExprString(spec.Type) != typeName {
			return false
		}
		for _, expr := range spec.Values {
			literal, ok := expr.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				continue
			}
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return false
	})
	if len(values) == 0 {
		t.Fatalf("%s has no constants of type %s", file, typeName)
	}
	return values
}

func valueNames(def *gqlast.Definition) []string {
	var names []string
	for _, value := range def.EnumValues {
		names = append(names, value.Name)
	}
	return names
}

// checkNames compares two sets of names.
func checkNames(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := gocmp.Diff(sorted(want), sorted(got)); diff != "" {
		t.Errorf("%s (-want +schema):\n%s", what, diff)
	}
}

func sorted(names []string) []string {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return slices.Sorted(maps.Keys(set))
}
