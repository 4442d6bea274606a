package main

import (
	"context"
	"time"

	"clientgraph/internal/client"
)

// reports are page 1 of a report by each filter, once by what 20 clients have
// and once by what a part of the business has.
func reports() []read {
	report := func(name string, growth growth, order client.Order, filter func(*world) client.Filter) read {
		return read{"clientReport, " + name, growth, func(ctx context.Context, w *world) (int, error) {
			page, err := w.service.Report(ctx, w.owner, client.ReportArgs{Filter: filter(w), Order: order, Page: firstPage, WithClients: true}, client.Selection{})
			if err != nil {
				return 0, err
			}
			return len(page.Clients), nil
		}}
	}
	by := func(name string, growth growth, filter client.Filter) read {
		return report(name, growth, byName, func(*world) client.Filter { return filter })
	}
	return []read{
		by("no filter", paged, client.Filter{}),
		by("with deleted", paged, client.Filter{IncludeDeleted: true}),
		report("60 ids", flat, byName, func(w *world) client.Filter { return client.Filter{ClientIDs: w.landmarkIDs()} }),
		by("days of 1999 and 2000", flat, client.Filter{StartDate: day(1999, 12, 1), EndDate: day(2000, 3, 31)}),
		report("the last year", paged, byName, func(w *world) client.Filter {
			today := client.DateOf(w.service.Now())
			return client.Filter{StartDate: day(today.UTC().Year()-1, today.UTC().Month(), 1), EndDate: &today}
		}),
		by("a rare location group", flat, client.Filter{LocationGroupIDs: []int64{rareGroup}}),
		by("a common location group", matched, client.Filter{LocationGroupIDs: []int64{commonGroup}}),
		by("a rare location", flat, client.Filter{LocationIDs: []int64{rareLocation}}),
		by("a common location", matched, client.Filter{LocationIDs: []int64{commonLocation}}),
		by("a rare reason", flat, client.Filter{ReasonIDs: []int64{rareReason}}),
		by("a common reason", matched, client.Filter{ReasonIDs: []int64{commonReason}}),
		by("rare staff", flat, client.Filter{StaffIDs: []int64{rareStaff}}),
		by("common staff", matched, client.Filter{StaffIDs: []int64{commonStaff}}),
		by("rare staff at a common location", flat, client.Filter{StaffIDs: []int64{rareStaff}, LocationIDs: []int64{commonLocation}}),
		by("common staff at a rare location", matched, client.Filter{StaffIDs: []int64{commonStaff}, LocationIDs: []int64{rareLocation}}),
		by("a status", paged, client.Filter{Statuses: []client.Status{client.StatusBlacklisted}}),
		by("a rare tag", flat, client.Filter{Tags: []string{landmarkTag}}),
		by("a common tag", matched, client.Filter{Tags: []string{"VIP"}}),
		report("a common tag, by address", matched, byAddress, func(*world) client.Filter { return client.Filter{Tags: []string{"VIP"}} }),
		by("a rare custom value", flat, client.Filter{Fields: []client.FieldFilter{{DefinitionID: fieldDrink, Values: []any{landmarkDrink}}}}),
		by("a common custom value", matched, client.Filter{Fields: []client.FieldFilter{{DefinitionID: 322531, Values: []any{true}}}}),
		by("searchTerm, rare", flat, client.Filter{SearchTerm: landmarkDrink}),
		by("searchTerm, common", matched, client.Filter{SearchTerm: "friend"}),
		by("searchTerm, common, and a rare tag", matched, client.Filter{SearchTerm: "friend", Tags: []string{landmarkTag}}),
	}
}

func day(year int, month time.Month, of int) *client.Date {
	return new(client.DateOf(time.Date(year, month, of, 0, 0, 0, 0, time.UTC)))
}
