// Package scalar reads and writes the schema's scalars. Reading is strict: a value in any
// other form is an error that names the right form.
package scalar

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// MarshalID writes an id in its own form.
func MarshalID(id client.ID) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		graphql.MarshalString(id.String()).MarshalGQL(w)
		return nil
	})
}

// UnmarshalID reads a plain or global id. Error: INVALID_ID, except in arguments of
// mutations: there it returns a malformed id, and the mutation reports it among its
// userErrors.
func UnmarshalID(ctx context.Context, v any) (client.ID, error) {
	id, err := readID(v)
	if field := graphql.GetFieldContext(ctx); err != nil && field != nil && field.Object == "Mutation" {
		return client.ID{Malformed: true}, nil
	}
	return id, err
}

func readID(v any) (client.ID, error) {
	switch v := v.(type) {
	case string:
		return client.ParseID(v)
	case json.Number:
		return client.ParseID(v.String())
	case int64:
		return client.ID{Number: v}, nil
	case int:
		return client.ID{Number: int64(v)}, nil
	}
	return client.ParseID("")
}

// MarshalNumberID writes a plain id.
func MarshalNumberID(id int64) graphql.Marshaler {
	return graphql.MarshalString(strconv.FormatInt(id, 10))
}

// UnmarshalNumberID reads a plain id. Error: INVALID_ID.
func UnmarshalNumberID(v any) (int64, error) {
	id, err := readID(v)
	return id.As(""), err
}

// MarshalInt writes an Int.
func MarshalInt(i int64) graphql.Marshaler { return graphql.MarshalInt64(i) }

// UnmarshalInt reads an Int, which has 32 bits in GraphQL.
func UnmarshalInt(v any) (int64, error) {
	i, ok := integer(v)
	if !ok || i < math.MinInt32 || i > math.MaxInt32 {
		return 0, invalidType("an Int is a whole number of 32 bits")
	}
	return i, nil
}

// MarshalLong writes a 64-bit number.
func MarshalLong(i int64) graphql.Marshaler { return graphql.MarshalInt64(i) }

// UnmarshalLong reads a 64-bit number.
func UnmarshalLong(v any) (int64, error) {
	i, ok := integer(v)
	if !ok {
		return 0, invalidType("a Long is a whole number of 64 bits")
	}
	return i, nil
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case json.Number:
		i, err := strconv.ParseInt(v.String(), 10, 64)
		return i, err == nil
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

// MarshalString writes text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads text; numbers and booleans are not text.
func UnmarshalString(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", invalidType("a String is text")
	}
	return s, nil
}

// MarshalStatus writes a client's status.
func MarshalStatus(s client.Status) graphql.Marshaler { return graphql.MarshalString(string(s)) }

// UnmarshalStatus reads a status by its exact name.
func UnmarshalStatus(v any) (client.Status, error) {
	return oneOf(v, client.StatusActive, client.StatusBlacklisted)
}

// MarshalTrait writes a trait of clients.
func MarshalTrait(t client.Trait) graphql.Marshaler { return graphql.MarshalString(string(t)) }

// UnmarshalTrait reads a trait of clients by its exact name.
func UnmarshalTrait(v any) (client.Trait, error) { return oneOf(v, client.Traits()...) }

// MarshalDeliveryState writes the state of a delivery.
func MarshalDeliveryState(s store.WebhookDeliveryState) graphql.Marshaler {
	return graphql.MarshalString(string(s))
}

// UnmarshalDeliveryState reads the state of a delivery by its exact name.
func UnmarshalDeliveryState(v any) (store.WebhookDeliveryState, error) {
	return oneOf(v, store.DeliveryPending, store.DeliverySucceeded, store.DeliveryFailed)
}

// MarshalOrderField writes the field that a list is ordered by.
func MarshalOrderField(f store.OrderField) graphql.Marshaler {
	return graphql.MarshalString(string(f))
}

// UnmarshalOrderField reads the field to order by, by its exact name.
func UnmarshalOrderField(v any) (store.OrderField, error) {
	return oneOf(v, store.OrderFields()...)
}

// The names of OrderMode.
const ascending, descending = "ASC", "DESC"

// MarshalDescending writes an order mode.
func MarshalDescending(is bool) graphql.Marshaler {
	if is {
		return graphql.MarshalString(descending)
	}
	return graphql.MarshalString(ascending)
}

// UnmarshalDescending reads an order mode by its exact name, and says whether it is DESC.
func UnmarshalDescending(v any) (bool, error) {
	mode, err := oneOf(v, ascending, descending)
	return mode == descending, err
}

// oneOf reads an enum by its exact name.
func oneOf[T ~string](v any, names ...T) (T, error) {
	if s, ok := v.(string); ok && slices.Contains(names, T(s)) {
		return T(s), nil
	}
	return "", invalidType("want a value of the enum, spelt as in the schema")
}

// MarshalDateTime writes an instant as RFC 3339, in UTC and with milliseconds.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.MarshalString(client.FormatInstant(t))
}

// UnmarshalDateTime reads RFC 3339. Error: INVALID_TYPE.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, _ := v.(string)
	return client.ParseInstant(s)
}

// MarshalDate writes a day as YYYY-MM-DD.
func MarshalDate(d client.Date) graphql.Marshaler { return graphql.MarshalString(d.String()) }

// UnmarshalDate reads YYYY-MM-DD, or epoch milliseconds at midnight UTC. Error:
// INVALID_DATE.
func UnmarshalDate(v any) (client.Date, error) {
	if ms, ok := integer(v); ok {
		return client.DateFromMillis(ms)
	}
	s, _ := v.(string)
	return client.ParseDate(s)
}

// MarshalJSON writes any value as JSON.
func MarshalJSON(v any) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		data, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("write JSON: %w", err)
		}
		_, err = w.Write(data)
		return err
	})
}

// UnmarshalJSON accepts any value.
func UnmarshalJSON(_ context.Context, v any) (any, error) { return v, nil }

func invalidType(message string) error {
	return &client.Error{Code: client.CodeInvalidType, Message: message}
}
