package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"clientgraph/internal/client"
)

// Bounds of what the scheduler feeds.
const (
	// MaxFeed bounds the entries of one feed.
	MaxFeed = 1_000
	// MaxForms bounds the forms of one client.
	MaxForms = 1_000
)

// maxFormData bounds the JSON of a form, in characters.
const maxFormData = 100_000

// feedClients bounds how many clients one transaction of a feed is about: a
// thousand entries take a handful of transactions, none of which holds more
// than that many records.
const feedClients = 200

// Feed is what the scheduler sends at once: entries as it writes them, property
// names of the schema with JSON values. Each says by its modifiedDate how new
// it is: one that is not newer than what is known changes nothing, so that a
// feed may be sent again, and come in any order.
type Feed struct {
	Entries []client.Values
	// DryRun checks everything against what is stored, and writes nothing.
	DryRun bool
}

// FeedResult is what became of a feed.
type FeedResult struct {
	// Changed is how many entries were newer than what was known.
	Changed int64
	// Errors are those of entries, in the order of the feed; each path goes on
	// with the entry's index after the argument. An entry with an error changed
	// nothing, and no other entry suffers from it.
	Errors client.Errors
}

// FeedTx is the part of Tx by which feeds are written. A write of it is no new
// version of a client and has no history, but a row of the change feed.
type FeedTx interface {
	// KnownAppointments finds what is known of appointments, removed ones
	// included, by appointment id.
	KnownAppointments(ctx context.Context, ids []int64) (map[int64]client.KnownAppointment, error)
	// KnowAppointments keeps what is known of appointments from now on. Those that
	// are known already were found by KnownAppointments in this transaction.
	KnowAppointments(known []client.KnownAppointment)
	// Refresh writes what differs between two states of a client, and a feed row
	// that names the properties.
	Refresh(before, after *client.Client, at time.Time, properties []string) error
	// Forms finds the forms of those clients, without what was filled in.
	Forms(ctx context.Context, clientIDs []int64) ([]client.Form, error)
	// PutForms writes forms that a client, or one who was merged into it, signed,
	// each in place of the one of its id where Forms found that, and a feed row of
	// the client that names the properties.
	PutForms(c *client.Client, forms []client.Form, at time.Time, properties []string)
	// LocationGroup finds a location group, also one that was deleted; nil when
	// nothing is known of it. Other writers of the business's groups wait for the
	// end of the transaction.
	LocationGroup(ctx context.Context, id int64) (*KnownGroup, error)
	// CountLocationGroups counts the groups that were not deleted.
	CountLocationGroups(ctx context.Context) (int64, error)
	// PutLocationGroup writes a group in place of the one of its id.
	PutLocationGroup(ctx context.Context, group KnownGroup) error
}

// errDryRun ends a transaction that was to write nothing.
var errDryRun = errors.New("a dry run")

// begin checks what all feeds have in common.
func (f Feed) begin(scope client.Scope, argument string) error {
	if err := permit(scope, client.Admin, false); err != nil {
		return err
	}
	if len(f.Entries) > MaxFeed {
		return client.Path{argument}.At(client.TooMany(MaxFeed))
	}
	return nil
}

// feedPart is the part of a feed that one transaction takes in.
type feedPart interface {
	// Apply takes it in, and says how many entries were news and what is wrong
	// with others. It may be run again.
	Apply(ctx context.Context, tx Tx) (int64, map[*entryReader]*client.Error, error)
}

// feed takes in the parts of a feed that were read without errors, in a
// transaction each; in a dry run without what they write. An answer is kept for
// the scope's key unless all entries were refused. A feed that is cut off between
// two parts goes on when it is sent again.
func (s *Service) feed(ctx context.Context, scope client.Scope, f Feed, readers []*entryReader, parts []feedPart) (FeedResult, error) {
	once, err := s.once(ctx, scope)
	if err != nil {
		return FeedResult{}, err
	}
	result := FeedResult{Errors: errorsOf(readers, nil)}
	for i, part := range parts {
		sofar := result.Changed
		var failed map[*entryReader]*client.Error
		var recalled bool
		err := s.store.Write(ctx, scope, func(ctx context.Context, tx Tx) error {
			var err error
			if recalled, err = once.recall(ctx, tx, plain[FeedResult]{&result}); err != nil || recalled {
				return err
			}
			var changed int64
			if changed, failed, err = part.Apply(ctx, tx); err != nil {
				return err
			}
			result = FeedResult{Changed: sofar + changed, Errors: errorsOf(readers, failed)}
			switch {
			case f.DryRun:
				return errDryRun
			case i < len(parts)-1 && result.Changed > 0:
				once.begin(tx)
			case i == len(parts)-1 && len(result.Errors) < len(readers):
				return once.keep(tx, plain[FeedResult]{&result})
			case i == len(parts)-1:
				once.free(tx)
			}
			return nil
		})
		if err != nil && !(f.DryRun && errors.Is(err, errDryRun)) {
			return FeedResult{}, err
		}
		if recalled {
			return result, nil
		}
		for reader, err := range failed {
			reader.errs = append(reader.errs, err)
		}
	}
	return result, nil
}

// errorsOf are the errors of all entries in their order, with those of a part
// that is not done.
func errorsOf(readers []*entryReader, failed map[*entryReader]*client.Error) client.Errors {
	var errs client.Errors
	for _, reader := range readers {
		errs = append(errs, reader.errs...)
		if err := failed[reader]; err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// entryReader reads the parts of one entry, and collects all that is wrong with
// it.
type entryReader struct {
	values client.Values
	where  client.Path
	errs   client.Errors
}

func (f Feed) reader(argument string, index int) *entryReader {
	return &entryReader{values: f.Entries[index], where: client.Path{argument, strconv.Itoa(index)}}
}

func (r *entryReader) fail(name string, err *client.Error) {
	r.errs = append(r.errs, r.where.With(name).At(err))
}

// given returns a value that is not null; one that is missing is an error where
// it must not be.
func (r *entryReader) given(name string, must bool) (any, bool) {
	raw := r.values[name]
	if raw == nil && must {
		r.fail(name, &client.Error{Code: client.CodeRequired, Message: name + " is required"})
	}
	return raw, raw != nil
}

// id reads an id of that type; 0 when there is none.
func (r *entryReader) id(name, typeName string, must bool) int64 {
	raw, ok := r.given(name, must)
	if !ok {
		return 0
	}
	id, err := client.DecodeID(raw)
	if err != nil || (typeName == client.TypeAny && (id.Type != client.TypeAny || (must && id.Number == 0))) {
		r.fail(name, client.InvalidID())
		return 0
	}
	return id.As(typeName)
}

// instant reads a moment, to the millisecond, as documents keep it.
func (r *entryReader) instant(name string, must bool) *time.Time {
	raw, ok := r.given(name, must)
	if !ok {
		return nil
	}
	text, _ := raw.(string)
	t, err := client.ParseInstant(text)
	if err != nil {
		r.fail(name, client.InvalidInstant())
		return nil
	}
	return new(t.Truncate(time.Millisecond))
}

// modified reads when the scheduler last changed what the entry tells of.
func (r *entryReader) modified() time.Time {
	if t := r.instant("modifiedDate", true); t != nil {
		return *t
	}
	return time.Time{}
}

// text reads a text; one that must be there is not blank.
func (r *entryReader) text(name string, must bool) *string {
	raw, ok := r.given(name, must)
	if !ok {
		return nil
	}
	text, ok := raw.(string)
	if !ok {
		r.fail(name, client.WrongType("text"))
		return nil
	}
	if err := client.CheckText(text, client.MaxText); err != nil {
		r.fail(name, err)
		return nil
	}
	if must && client.IsBlank(text) {
		r.fail(name, &client.Error{Code: client.CodeRequired, Message: name + " can't be blank"})
		return nil
	}
	return &text
}

// name reads a text that is stored without what shows nothing at its ends; a
// blank one is none.
func (r *entryReader) name(name string) *string {
	text := r.text(name, false)
	if text == nil || client.IsBlank(*text) {
		return nil
	}
	return new(client.Trimmed(*text))
}

// key reads the scheduler's id of a form, which may be a number or any text.
func (r *entryReader) key(name string) string {
	if number, ok := client.Integer(r.values[name]); ok {
		return strconv.FormatInt(number, 10)
	}
	if text := r.text(name, true); text != nil {
		return *text
	}
	return ""
}

// json reads any value as the JSON that it is; empty when there is none.
func (r *entryReader) json(name string) []byte {
	raw, ok := r.given(name, false)
	if !ok {
		return nil
	}
	data, err := json.Marshal(raw)
	if err != nil {
		r.fail(name, client.WrongType("JSON"))
		return nil
	}
	if len(data) > maxFormData {
		r.fail(name, &client.Error{Code: client.CodeTooLong, Message: fmt.Sprintf("want at most %d characters of JSON", maxFormData)})
	}
	return data
}

func (r *entryReader) noSuchClient() *client.Error {
	return r.where.With("clientId").At(&client.Error{Code: client.CodeNotFound, Message: "no client of that id"})
}
