package reading

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// MaxAppointmentPage bounds how many appointments of a client are read at once.
const MaxAppointmentPage = 100

// AppointmentFilter selects appointments of a client: with one of the statuses, or any if
// none are given, that start at From or later and before To; nil is no bound.
type AppointmentFilter struct {
	Statuses []client.AppointmentStatus
	From, To *time.Time
}

// AppointmentArgs ask for a page of a client's appointments. Equal arguments are equal by
// ==, so that a level's clients are read together.
type AppointmentArgs struct {
	first int64
	// after says that the page begins after place.
	after bool
	place store.AppointmentPlace
	// statuses are sorted and joined by spaces.
	statuses       string
	from, to       time.Time
	hasFrom, hasTo bool
}

// AppointmentPage is a page of a client's appointments, ordered by start and id.
type AppointmentPage struct {
	Appointments []client.Appointment
	Cursors      []string
	// More says whether appointments follow, Later whether the page begins after a
	// cursor, so that others may precede it.
	More, Later bool
}

// AppointmentArgs reads the arguments of a client's appointments; after is nil or a
// cursor of them. Errors: OUT_OF_RANGE, INVALID_CURSOR.
func (s *Records) AppointmentArgs(scope client.Scope, clientID int64, filter AppointmentFilter, first int64, after *string) (AppointmentArgs, error) {
	var errs client.Errors
	if first < 1 || first > MaxAppointmentPage {
		errs = append(errs, client.Path{"first"}.At(client.OutOfRange(MaxAppointmentPage)))
	}
	args := AppointmentArgs{first: first, after: after != nil}
	if after != nil {
		key, err := DecodeCursor(appointmentsIdentity(scope, clientID), "after", *after)
		if err != nil {
			errs = append(errs, err)
		}
		start, id, _ := strings.Cut(key, " ")
		millis, _ := strconv.ParseInt(start, 10, 64)
		args.place.Start = time.UnixMilli(millis).UTC()
		args.place.AppointmentID, _ = strconv.ParseInt(id, 10, 64)
	}
	names := make([]string, len(filter.Statuses))
	for i, status := range filter.Statuses {
		names[i] = string(status)
	}
	slices.Sort(names)
	args.statuses = strings.Join(slices.Compact(names), " ")
	if args.hasFrom = filter.From != nil; args.hasFrom {
		args.from = filter.From.UTC()
	}
	if args.hasTo = filter.To != nil; args.hasTo {
		args.to = filter.To.UTC()
	}
	return args, errs.ErrOrNil()
}

// appointmentsIdentity identifies the list that cursors of a client's appointments belong
// to.
func appointmentsIdentity(scope client.Scope, clientID int64) []byte {
	return fmt.Appendf(nil, "appointments %d %d", scope.BusinessID, clientID)
}

// Appointments reads a page of appointments for each of some clients that the caller
// sees, by client id.
func (s *Records) Appointments(ctx context.Context, scope client.Scope, ids []int64, args AppointmentArgs) (map[int64]*AppointmentPage, error) {
	query := store.AppointmentQuery{Limit: args.first + 1}
	if args.after {
		query.After = &args.place
	}
	for status := range strings.FieldsSeq(args.statuses) {
		query.Statuses = append(query.Statuses, client.AppointmentStatus(status))
	}
	if args.hasFrom {
		query.From = &args.from
	}
	if args.hasTo {
		query.To = &args.to
	}
	found, err := s.Store.Appointments(ctx, scope, ids, query)
	if err != nil {
		return nil, fmt.Errorf("read appointments: %w", err)
	}
	pages := make(map[int64]*AppointmentPage, len(ids))
	for _, id := range ids {
		page := &AppointmentPage{Appointments: found[id], Later: args.after}
		if page.More = int64(len(page.Appointments)) > args.first; page.More {
			page.Appointments = page.Appointments[:args.first]
		}
		for _, a := range page.Appointments {
			page.Cursors = append(page.Cursors, EncodeCursor(appointmentsIdentity(scope, id), fmt.Sprintf("%d %d", a.Start.UnixMilli(), a.AppointmentID)))
		}
		pages[id] = page
	}
	return pages, nil
}
