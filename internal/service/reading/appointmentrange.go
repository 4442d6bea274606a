package reading

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// AppointmentRange is a condition on an appointment: it starts from From to To, both
// included, in the business's time zone, and has one of the statuses. A nil or empty
// field is no condition.
type AppointmentRange struct {
	From, To *client.Date
	Statuses []client.AppointmentStatus
}

// check validates a range; where is its path. Errors: INVALID_DATE_RANGE, TOO_MANY.
func (r *AppointmentRange) check(where client.Path) client.Errors {
	if r == nil {
		return nil
	}
	var errs client.Errors
	if r.From != nil && r.To != nil && r.To.UTC().Before(r.From.UTC()) {
		errs = append(errs, where.With("to").At(&client.Error{Code: client.CodeInvalidDateRange, Message: "the range ends before it begins: want to on or after from"}))
	}
	if len(r.Statuses) > MaxIDs {
		errs = append(errs, where.With("statusList").At(client.TooMany(MaxIDs)))
	}
	return errs
}

// within adds a range to a condition on an appointment.
func (s *Lists) within(ctx context.Context, scope client.Scope, r *AppointmentRange, to *store.AppointmentCondition) error {
	to.Statuses = client.Unique(r.Statuses)
	if r.From == nil && r.To == nil {
		return nil
	}
	business, err := s.Business(ctx, scope)
	if err != nil {
		return err
	}
	if r.From != nil {
		to.StartFrom = new(r.From.In(business.Zone()))
	}
	if r.To != nil {
		to.StartBefore = new(r.To.Next().In(business.Zone()))
	}
	return nil
}
