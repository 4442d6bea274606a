package reading

import (
	"context"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// AppointmentRange is what an appointment is: it begins from one day to another, both
// included, of the business's time zone, and is of one of the statuses. What is nil or
// empty is no condition.
type AppointmentRange struct {
	From, To *client.Date
	Statuses []client.AppointmentStatus
}

// check validates a range, which stands at that place. Errors: INVALID_DATE_RANGE,
// TOO_MANY.
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

// within adds a range to what an appointment fulfils.
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
