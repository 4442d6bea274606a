package main

import (
	"context"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

// reports returns page 1 of a report by each filter, for a value that 20 clients have and
// for one that a part of the business has.
func reports() []read {
	report := func(name string, growth growth, order store.Order, filter func(*world) reading.Filter) read {
		return read{"clientReport, " + name, growth, func(ctx context.Context, w *world) (int, error) {
			page, err := w.service.Report(ctx, w.owner, reading.ReportArgs{Filter: filter(w), Order: order, Page: firstPage, WithClients: true}, client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(page.Clients), nil
		}}
	}
	by := func(name string, growth growth, filter reading.Filter) read {
		return report(name, growth, byName, func(*world) reading.Filter { return filter })
	}
	return []read{
		by("no filter", paged, reading.Filter{}),
		by("with deleted", paged, reading.Filter{IncludeDeleted: true}),
		report("60 ids", flat, byName, func(w *world) reading.Filter { return reading.Filter{ClientIDs: w.landmarkIDs()} }),
		by("days of 1999 and 2000", flat, reading.Filter{StartDate: day(1999, 12, 1), EndDate: day(2000, 3, 31)}),
		report("the last year", paged, byName, func(w *world) reading.Filter {
			today := client.DateOf(w.service.Now())
			return reading.Filter{StartDate: day(today.UTC().Year()-1, today.UTC().Month(), 1), EndDate: &today}
		}),
		report("days of 1999 and 2000, last changed first", flat, changed, func(*world) reading.Filter {
			return reading.Filter{StartDate: day(1999, 12, 1), EndDate: day(2000, 3, 31)}
		}),
		by("a birthday in a week", matched, reading.Filter{Birthday: &reading.Birthdays{From: "12-28", To: "01-03"}}),
		by("an e-mail address", paged, reading.Filter{Has: []client.Trait{client.TraitEmailAddress}}),
		by("an appointment in 2000", paged, reading.Filter{Appointment: &reading.AppointmentRange{From: day(2000, 1, 1), To: day(2000, 3, 31)}}),
		by("an appointment in 2000 with rare staff", flat, reading.Filter{
			StaffIDs: []int64{rareStaff}, Appointment: &reading.AppointmentRange{From: day(2000, 1, 1), To: day(2000, 3, 31)},
		}),
		by("no appointment", paged, reading.Filter{NoAppointment: &reading.AppointmentRange{}}),
		by("no appointment since 2001", paged, reading.Filter{NoAppointment: &reading.AppointmentRange{From: day(2001, 1, 1)}}),
		by("no appointment since 2001, rare staff before", flat, reading.Filter{
			StaffIDs: []int64{rareStaff}, Appointment: &reading.AppointmentRange{}, NoAppointment: &reading.AppointmentRange{From: day(2001, 1, 1)},
		}),
		by("a rare location group", flat, reading.Filter{LocationGroupIDs: []int64{rareGroup}}),
		by("a common location group", paged, reading.Filter{LocationGroupIDs: []int64{commonGroup}}),
		by("a rare location", flat, reading.Filter{LocationIDs: []int64{rareLocation}}),
		by("a common location", paged, reading.Filter{LocationIDs: []int64{commonLocation}}),
		by("a rare reason", flat, reading.Filter{ReasonIDs: []int64{rareReason}}),
		by("a common reason", matched, reading.Filter{ReasonIDs: []int64{commonReason}}),
		by("rare staff", flat, reading.Filter{StaffIDs: []int64{rareStaff}}),
		by("common staff", paged, reading.Filter{StaffIDs: []int64{commonStaff}}),
		by("rare staff at a common location", flat, reading.Filter{StaffIDs: []int64{rareStaff}, LocationIDs: []int64{commonLocation}}),
		by("common staff at a rare location", paged, reading.Filter{StaffIDs: []int64{commonStaff}, LocationIDs: []int64{rareLocation}}),
		by("a status", paged, reading.Filter{Statuses: []client.Status{client.StatusBlacklisted}}),
		by("a rare tag", flat, reading.Filter{Tags: []string{landmarkTag}}),
		by("a common tag", matched, reading.Filter{Tags: []string{"VIP"}}),
		report("a common tag, by address", matched, byAddress, func(*world) reading.Filter { return reading.Filter{Tags: []string{"VIP"}} }),
		by("a rare custom value", flat, reading.Filter{Fields: []reading.FieldFilter{{DefinitionID: fieldDrink, Values: []any{landmarkDrink}}}}),
		by("a common custom value", matched, reading.Filter{Fields: []reading.FieldFilter{{DefinitionID: 322531, Values: []any{true}}}}),
		by("searchTerm, rare", flat, reading.Filter{SearchTerm: landmarkDrink}),
		by("searchTerm, common", matched, reading.Filter{SearchTerm: "friend"}),
		by("searchTerm, common, and a rare tag", matched, reading.Filter{SearchTerm: "friend", Tags: []string{landmarkTag}}),
	}
}

func day(year int, month time.Month, of int) *client.Date {
	return new(client.DateOf(time.Date(year, month, of, 0, 0, 0, 0, time.UTC)))
}
