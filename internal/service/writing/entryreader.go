package writing

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"clientgraph/internal/client"
)

// Start reads when an appointment starts.
func (r *EntryReader) Start() time.Time {
	if t := r.Instant("start", true); t != nil {
		return *t
	}
	return time.Time{}
}

// Status reads the status of an appointment.
func (r *EntryReader) Status() client.AppointmentStatus {
	raw, ok := r.given("status", true)
	if !ok {
		return ""
	}
	text, _ := raw.(string)
	if status := client.AppointmentStatus(text); status.Known() {
		return status
	}
	r.Fail("status", &client.Error{Code: client.CodeInvalidStatus, Message: "want OPEN, COMPLETED, CANCELLED or NO_SHOW"})
	return ""
}

// maxFormData bounds the JSON of a form in characters.
const maxFormData = 100_000

// EntryReader reads the fields of one entry, and collects its errors.
type EntryReader struct {
	Values client.Values
	Where  client.Path
	Errors client.Errors
}

// Fail adds an error of the field with that name.
func (r *EntryReader) Fail(name string, err *client.Error) {
	r.Errors = append(r.Errors, r.Where.With(name).At(err))
}

// given returns a value that is not null. If must is set, a missing value is an error.
func (r *EntryReader) given(name string, must bool) (any, bool) {
	raw := r.Values[name]
	if raw == nil && must {
		r.Fail(name, &client.Error{Code: client.CodeRequired, Message: name + " is required"})
	}
	return raw, raw != nil
}

// ID reads an id of that type; 0 if there is none.
func (r *EntryReader) ID(name, typeName string, must bool) int64 {
	raw, ok := r.given(name, must)
	if !ok {
		return 0
	}
	id, err := client.DecodeID(raw)
	if err != nil || (typeName == client.TypeAny && (id.Type != client.TypeAny || (must && id.Number == 0))) {
		r.Fail(name, client.InvalidID())
		return 0
	}
	return id.As(typeName)
}

// Instant reads an instant in milliseconds, the precision of documents.
func (r *EntryReader) Instant(name string, must bool) *time.Time {
	raw, ok := r.given(name, must)
	if !ok {
		return nil
	}
	text, _ := raw.(string)
	t, err := client.ParseInstant(text)
	if err != nil {
		r.Fail(name, client.InvalidInstant())
		return nil
	}
	return new(t.Truncate(time.Millisecond))
}

// Modified reads when the scheduler last changed the entry.
func (r *EntryReader) Modified() time.Time {
	if t := r.Instant("modifiedDate", true); t != nil {
		return *t
	}
	return time.Time{}
}

// Text reads a text. If must is set, it can't be missing or blank.
func (r *EntryReader) Text(name string, must bool) *string {
	raw, ok := r.given(name, must)
	if !ok {
		return nil
	}
	text, ok := raw.(string)
	if !ok {
		r.Fail(name, client.WrongType("text"))
		return nil
	}
	if err := client.CheckText(text, client.MaxText); err != nil {
		r.Fail(name, err)
		return nil
	}
	if must && client.IsBlank(text) {
		r.Fail(name, &client.Error{Code: client.CodeRequired, Message: name + " can't be blank"})
		return nil
	}
	return &text
}

// Name reads a text and removes invisible characters at its ends; nil for a blank one.
func (r *EntryReader) Name(name string) *string {
	text := r.Text(name, false)
	if text == nil || client.IsBlank(*text) {
		return nil
	}
	return new(client.Trimmed(*text))
}

// FormID reads the scheduler's id of a form, which may be a number or any text.
func (r *EntryReader) FormID(name string) string {
	if number, ok := client.Integer(r.Values[name]); ok {
		return strconv.FormatInt(number, 10)
	}
	if text := r.Text(name, true); text != nil {
		return *text
	}
	return ""
}

// JSON reads any value as JSON; empty if there is none.
func (r *EntryReader) JSON(name string) []byte {
	raw, ok := r.given(name, false)
	if !ok {
		return nil
	}
	data, err := json.Marshal(raw)
	if err != nil {
		r.Fail(name, client.WrongType("JSON"))
		return nil
	}
	if len(data) > maxFormData {
		r.Fail(name, &client.Error{Code: client.CodeTooLong, Message: fmt.Sprintf("want at most %d characters of JSON", maxFormData)})
	}
	return data
}

// NoSuchClient is the error for the entry's unknown client.
func (r *EntryReader) NoSuchClient() *client.Error {
	return r.Where.With("clientId").At(&client.Error{Code: client.CodeNotFound, Message: "no client with this id"})
}

// maxLocations bounds the locations of a location group.
const maxLocations = client.MaxList

// Locations reads a list of location ids, sorted and without duplicates.
func (r *EntryReader) Locations(name string) []int64 {
	raw, ok := r.given(name, true)
	if !ok {
		return nil
	}
	entries := client.List(raw)
	if len(entries) > maxLocations {
		r.Fail(name, client.TooMany(maxLocations))
		return nil
	}
	ids := make([]int64, 0, len(entries))
	for i, entry := range entries {
		id, err := client.DecodeID(entry)
		if err != nil || id.Type != client.TypeAny || id.Number == 0 {
			r.Errors = append(r.Errors, r.Where.With(name, strconv.Itoa(i)).At(client.InvalidID()))
			continue
		}
		ids = append(ids, id.Number)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Ruled reads a text by a rule, unless it equals the stored text. named is false if the
// input does not have the field.
func (r *EntryReader) Ruled(name string, held *string, rule client.Rule) (text *string, named bool) {
	if _, named = r.Values[name]; !named {
		return nil, false
	}
	if held != nil && client.IsHeld(r.Values[name], *held) {
		return new(*held), true
	}
	if text = r.Text(name, false); text == nil {
		return nil, true
	}
	ruled, err := rule(*text)
	if err != nil {
		r.Fail(name, err)
		return nil, true
	}
	return new(ruled.(string)), true
}
