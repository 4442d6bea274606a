package clienttest

import (
	"reflect"
	"time"

	"pgregory.net/rapid"

	"clientgraph/internal/client"
)

// AnyClient draws clients with any value that a record can have in any property: instants
// in whole milliseconds, ids and custom values ascending.
func AnyClient() *rapid.Generator[*client.Client] {
	instant := rapid.Custom(func(t *rapid.T) any { return time.UnixMilli(rapid.Int64Range(-1e13, 1e13).Draw(t, "instant")).UTC() })
	config := rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[time.Time]():        instant,
		reflect.TypeFor[client.Date]():      rapid.Custom(func(t *rapid.T) any { return AnyDay(t) }),
		reflect.TypeFor[client.Lifecycle](): rapid.SampledFrom([]any{client.Live, client.Removed}),
		reflect.TypeFor[client.Status]():    rapid.SampledFrom([]any{client.StatusActive, client.StatusBlacklisted}),
		reflect.TypeFor[string]():           rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "text") }),
		reflect.TypeFor[float64]():          rapid.Custom(func(t *rapid.T) any { return rapid.Float64Range(-180, 180).Draw(t, "number") }),
		reflect.TypeFor[[]int64]():          rapid.Custom(func(t *rapid.T) any { return AnySet(t) }),
		reflect.TypeFor[[]client.FieldValue](): rapid.Custom(func(t *rapid.T) any {
			var values []client.FieldValue
			for _, id := range AnySet(t) {
				values = append(values, client.FieldValue{DefinitionID: id, Value: anyFieldValue(t)})
			}
			return values
		}),
		reflect.TypeFor[client.AppointmentStatus](): rapid.SampledFrom([]any{client.AppointmentOpen, client.AppointmentCompleted, client.AppointmentCancelled, client.AppointmentNoShow}),
	}}
	made := rapid.MakeCustom[client.Client](config)
	return rapid.Custom(func(t *rapid.T) *client.Client {
		c := made.Draw(t, "client")
		if c.MergedInto != nil {
			c.Lifecycle = client.Merged
		}
		return &c
	})
}

// AnyDay draws a day of the years 1 to 9999.
func AnyDay(t *rapid.T) client.Date {
	return client.DateOf(time.UnixMilli(rapid.Int64Range(-62135596800000, 253402300799000).Draw(t, "day")).UTC())
}

// AnySet draws ids, ascending and without duplicates.
func AnySet(t *rapid.T) []int64 {
	return client.SortedSet(rapid.SliceOfN(rapid.Int64Range(1, 30), 0, 5).Draw(t, "ids"))
}

func anyFieldValue(t *rapid.T) any {
	switch rapid.IntRange(0, 3).Draw(t, "type of value") {
	case 0:
		return rapid.String().Draw(t, "value")
	case 1:
		return rapid.Float64Range(-1e6, 1e6).Draw(t, "value")
	case 2:
		return rapid.Bool().Draw(t, "value")
	}
	return AnyDay(t)
}
