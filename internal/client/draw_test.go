package client

import (
	"reflect"
	"time"

	"pgregory.net/rapid"
)

// anyClient makes up clients with any value in any place, as far as a record
// can hold it: instants in whole milliseconds, ids and custom values ascending.
func anyClient() *rapid.Generator[*Client] {
	instant := rapid.Custom(func(t *rapid.T) any { return time.UnixMilli(rapid.Int64Range(-1e13, 1e13).Draw(t, "instant")).UTC() })
	config := rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[time.Time](): instant,
		reflect.TypeFor[Date]():      rapid.Custom(func(t *rapid.T) any { return anyDay(t) }),
		reflect.TypeFor[Lifecycle](): rapid.SampledFrom([]any{Live, Removed}),
		reflect.TypeFor[Status]():    rapid.SampledFrom([]any{StatusActive, StatusBlacklisted}),
		reflect.TypeFor[string]():    rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "text") }),
		reflect.TypeFor[float64]():   rapid.Custom(func(t *rapid.T) any { return rapid.Float64Range(-180, 180).Draw(t, "number") }),
		reflect.TypeFor[[]int64]():   rapid.Custom(func(t *rapid.T) any { return anySet(t) }),
		reflect.TypeFor[[]FieldValue](): rapid.Custom(func(t *rapid.T) any {
			var values []FieldValue
			for _, id := range anySet(t) {
				values = append(values, FieldValue{DefinitionID: id, Value: anyFieldValue(t)})
			}
			return values
		}),
		reflect.TypeFor[AppointmentStatus](): rapid.SampledFrom([]any{AppointmentOpen, AppointmentCompleted, AppointmentCancelled, AppointmentNoShow}),
	}}
	made := rapid.MakeCustom[Client](config)
	return rapid.Custom(func(t *rapid.T) *Client {
		c := made.Draw(t, "client")
		if c.MergedInto != nil {
			c.Lifecycle = Merged
		}
		return &c
	})
}

func anyDay(t *rapid.T) Date {
	return DateOf(time.UnixMilli(rapid.Int64Range(-62135596800000, 253402300799000).Draw(t, "day")).UTC())
}

func anySet(t *rapid.T) []int64 {
	return sortedSet(rapid.SliceOfN(rapid.Int64Range(1, 30), 0, 5).Draw(t, "ids"))
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
	return anyDay(t)
}
