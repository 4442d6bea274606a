package sample

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/service"
	"clientgraph/internal/service/importing"
	"clientgraph/internal/store"
)

// rules runs clients through Service.Create, which knows the rules, and keeps
// what came of the last one. It is no store: whatever else is asked of it
// panics.
type rules struct {
	store.Store
	dataset importing.Dataset
	created *client.Client
}

func (r *rules) Business(context.Context, client.Scope) (*client.Business, error) {
	return r.dataset.Business, nil
}

func (r *rules) Definitions(context.Context, client.Scope) (client.Definitions, error) {
	return client.NewDefinitions(r.dataset.Definitions), nil
}

func (r *rules) NextClientID(context.Context) (int64, error) { return 1, nil }

func (r *rules) Write(ctx context.Context, _ client.Scope, do func(context.Context, store.Tx) error) error {
	return do(ctx, insertion{rules: r})
}

type insertion struct {
	store.Tx
	rules *rules
}

func (i insertion) Insert(_ context.Context, c *client.Client, _ history.Entry) error {
	i.rules.created = c
	return nil
}

// checkRules creates each client from its own values: the rules must take them,
// and leave them as they are.
func checkRules(t *testing.T, dataset importing.Dataset, clients []*client.Client) {
	t.Helper()
	r := &rules{dataset: dataset}
	service := service.New(r, service.Secrets{}, nil, time.Now)
	scope := client.Scope{
		BusinessID: dataset.Business.BusinessID, User: "tester", Role: client.RoleOwner,
		Permissions: client.AllPermissions, Rows: client.Rows{All: true},
	}
	for _, c := range clients {
		values := valuesOf(c)
		if _, err := service.Create(t.Context(), scope, withFields(values, dataset.Definitions, c)); err != nil {
			t.Errorf("client %d, %s: %v", c.ClientID, *c.EmailAddress, err)
			continue
		}
		if diff := cmp.Diff(values, valuesOf(r.created)); diff != "" {
			t.Errorf("client %d, %s, is not in its stored form:\n%s", c.ClientID, *c.EmailAddress, diff)
		}
		if diff := cmp.Diff(c.FieldValues, r.created.FieldValues, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("client %d, %s: custom fields:\n%s", c.ClientID, *c.EmailAddress, diff)
		}
	}
}

// valuesOf is the client's writable properties as an input.
func valuesOf(c *client.Client) client.Values {
	values := client.Values{}
	for _, p := range client.Properties() {
		if p.Writable() {
			setValue(values, p.Name, p.At(c))
		}
	}
	return values
}

func setValue(values client.Values, name string, place any) {
	switch p := place.(type) {
	case **string:
		if *p != nil {
			values[name] = **p
		}
	case **bool:
		if *p != nil {
			values[name] = **p
		}
	case **float64:
		if *p != nil {
			values[name] = **p
		}
	case **client.Date:
		if *p != nil {
			values[name] = (*p).String()
		}
	case *bool:
		values[name] = *p
	case *client.Status:
		values[name] = string(*p)
	case *[]string:
		if len(*p) > 0 {
			values[name] = *p
		}
	case *[]int64:
		if len(*p) > 0 {
			values[name] = anys(*p)
		}
	default:
		panic(name + " has a type that the test does not know")
	}
}

func anys[T any](list []T) []any {
	all := make([]any, len(list))
	for i := range list {
		all[i] = list[i]
	}
	return all
}

// withFields adds all custom fields, those that stand for a property too: both
// ways of saying it must agree.
func withFields(values client.Values, definitions []client.FieldDefinition, c *client.Client) client.Values {
	input := client.Values{}
	for name, value := range values {
		input[name] = value
	}
	var fields []any
	for _, f := range client.Filled(client.NewDefinitions(definitions).Fields(c)) {
		if f.Definition.PropertyCode != nil && *f.Definition.PropertyCode == "fullName" {
			// Given as a field, a derived name would be stored.
			continue
		}
		value := f.Value
		if day, ok := value.(client.Date); ok {
			value = day.String()
		}
		fields = append(fields, map[string]any{
			"schedulerPreferenceFieldDefnId": f.Definition.DefinitionID,
			"value":                          value,
		})
	}
	input["fields"] = fields
	return input
}

func TestReferenceClientsPassAsCreateInputs(t *testing.T) {
	dataset := reference(t)
	checkRules(t, dataset, dataset.Clients)
}

func TestGeneratedClientsPassAsCreateInputs(t *testing.T) {
	checkRules(t, reference(t), Generate(7, 43111, 1_500, today))
}
