package client

import (
	"bytes"
	"slices"
	"time"
)

// ValueAt reads a property's place as a plain value: nil where there is none.
// See Property.At for the places.
func ValueAt(place any) any {
	switch p := place.(type) {
	case **string:
		return Deref(*p)
	case *string:
		return *p
	case **bool:
		return Deref(*p)
	case *bool:
		return *p
	case **float64:
		return Deref(*p)
	case **int64:
		return Deref(*p)
	case *int64:
		return *p
	case **Date:
		return Deref(*p)
	case **time.Time:
		return Deref(*p)
	case *[]string:
		return *p
	case *[]int64:
		return *p
	case *[]byte:
		return *p
	case *Status:
		return *p
	case *[]FieldValue:
		return *p
	case *[]Appointment:
		return *p
	case *[]MergedClient:
		return *p
	case *[]Alias:
		return *p
	}
	panic("client: a property of an unknown type")
}

// Deref is what a pointer points to; nil, of no type, for none.
func Deref[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// SetAt writes a decoded value, or nil to clear, into a property's place.
func SetAt(place, value any) {
	switch p := place.(type) {
	case **string:
		assign(p, value)
	case **bool:
		assign(p, value)
	case *bool:
		*p, _ = value.(bool)
	case **float64:
		assign(p, value)
	case **int64:
		assign(p, value)
	case **Date:
		assign(p, value)
	case **time.Time:
		assign(p, value)
	case *[]string:
		*p, _ = value.([]string)
	case *[]int64:
		*p, _ = value.([]int64)
	case *Status:
		*p, _ = value.(Status)
	case *[]MergedClient:
		*p, _ = value.([]MergedClient)
	case *[]Alias:
		*p, _ = value.([]Alias)
	default:
		panic("client: a property that callers don't set")
	}
}

func assign[T any](p **T, value any) {
	*p = nil
	if v, ok := value.(T); ok {
		*p = &v
	}
}

// EqualValues compares two values of one place, nil for none. An empty list is
// no list.
func EqualValues(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	switch x := a.(type) {
	case []string:
		return slices.Equal(x, b.([]string))
	case []int64:
		return slices.Equal(x, b.([]int64))
	case []byte:
		return bytes.Equal(x, b.([]byte))
	case []FieldValue:
		return slices.Equal(x, b.([]FieldValue))
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case []Appointment:
		return slices.EqualFunc(x, b.([]Appointment), Appointment.equal)
	case []MergedClient:
		return slices.EqualFunc(x, b.([]MergedClient), MergedClient.equal)
	case []Alias:
		return slices.Equal(x, b.([]Alias))
	}
	return a == b
}

// cloneList gives the list at that place, if it is one, memory of its own.
func cloneList(place any) {
	switch p := place.(type) {
	case *[]string:
		*p = slices.Clone(*p)
	case *[]int64:
		*p = slices.Clone(*p)
	case *[]byte:
		*p = slices.Clone(*p)
	case *[]FieldValue:
		*p = slices.Clone(*p)
	case *[]Appointment:
		*p = slices.Clone(*p)
	case *[]MergedClient:
		*p = slices.Clone(*p)
	case *[]Alias:
		*p = slices.Clone(*p)
	}
}

// CopyPlace writes what a property's place holds into the place of another
// client. Lists are shared.
func CopyPlace(to, from any) {
	switch p := to.(type) {
	case **string:
		*p = *from.(**string)
	case *string:
		*p = *from.(*string)
	case **bool:
		*p = *from.(**bool)
	case *bool:
		*p = *from.(*bool)
	case **float64:
		*p = *from.(**float64)
	case **int64:
		*p = *from.(**int64)
	case *int64:
		*p = *from.(*int64)
	case **Date:
		*p = *from.(**Date)
	case **time.Time:
		*p = *from.(**time.Time)
	case *[]string:
		*p = *from.(*[]string)
	case *[]int64:
		*p = *from.(*[]int64)
	case *[]byte:
		*p = *from.(*[]byte)
	case *Status:
		*p = *from.(*Status)
	case *[]FieldValue:
		*p = *from.(*[]FieldValue)
	case *[]Appointment:
		*p = *from.(*[]Appointment)
	case *[]MergedClient:
		*p = *from.(*[]MergedClient)
	case *[]Alias:
		*p = *from.(*[]Alias)
	default:
		panic("client: a property of an unknown type")
	}
}
