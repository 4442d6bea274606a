package e2e_test

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
	"pgregory.net/rapid"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// reportCase is a caller, what it asks for and how it turns the pages.
type reportCase struct {
	caller int
	zone   string
	filter *reportFilter
	// variables is the filter as it is sent.
	variables       values
	field           store.OrderField
	mode            string
	pageSize        int
	pageNumber      int
	beyond          bool
	connection, ids int
}

// drawReport makes up one case. Most conditions are drawn so that one client, the
// target, fulfils them; else many of them together would mean nobody.
func drawReport(rt *rapid.T, w *reportWorld, from func(*reportDrawing) []func()) *reportCase {
	one := &reportCase{
		caller:     rapid.IntRange(0, len(w.callers)-1).Draw(rt, "caller"),
		field:      rapid.SampledFrom(store.OrderFields()).Draw(rt, "order"),
		mode:       rapid.SampledFrom([]string{"ASC", "DESC"}).Draw(rt, "direction"),
		pageSize:   rapid.SampledFrom([]int{1, 7, 50, 500}).Draw(rt, "page size"),
		pageNumber: rapid.IntRange(1, 4).Draw(rt, "page number"),
		beyond:     rapid.IntRange(0, 9).Draw(rt, "beyond the end") == 0,
		connection: rapid.SampledFrom([]int{40, 100}).Draw(rt, "connection's size"),
		ids:        rapid.SampledFrom([]int{100, 10_000}).Draw(rt, "ids a page"),
	}
	zone := rapid.SampledFrom(reportZones).Draw(rt, "zone")
	one.zone = zone.zone
	seen := w.lists[one.caller][one.field]
	d := &reportDrawing{
		T: rt, world: w, filter: &reportFilter{}, sent: values{},
		target: rapid.SampledFrom(seen).Draw(rt, "target"),
		around: rapid.SampledFrom(zone.around).Draw(rt, "around"),
	}
	conditions := from(d)
	if rapid.Bool().Draw(rt, "alone") {
		rapid.SampledFrom(conditions).Draw(rt, "condition")()
	} else {
		for _, condition := range conditions {
			if rapid.IntRange(0, 2).Draw(rt, "with") > 0 {
				condition()
			}
		}
	}
	one.filter, one.variables = d.filter, d.sent
	return one
}

type reportDrawing struct {
	*rapid.T
	world  *reportWorld
	filter *reportFilter
	sent   values
	target *client.Client
	around time.Time
}

// all are the conditions of a report.
func (d *reportDrawing) all() []func() {
	return []func(){d.ids, d.dates, d.groups, d.locations, d.reasons, d.staff, d.statuses, d.tags, d.term, d.fields, d.appointments, d.birthday, d.traits, d.deleted}
}

// appointed are those that are about appointments, and about who is in a list at
// all.
func (d *reportDrawing) appointed() []func() {
	return []func(){d.groups, d.locations, d.reasons, d.staff, d.appointments, d.statuses, d.deleted}
}

// none draws a spelling of no condition, one time of eight.
func (d *reportDrawing) none(name string, empty any) bool {
	switch rapid.IntRange(0, 15).Draw(d.T, "none of "+name) {
	case 0:
		d.sent[name] = nil
	case 1:
		d.sent[name] = empty
	default:
		return false
	}
	return true
}

func (d *reportDrawing) ids() {
	if rapid.IntRange(0, 9).Draw(d.T, "no ids") == 0 {
		d.filter.ids, d.sent["clientIdList"] = []client.ID{}, []any{}
		return
	}
	drawn := rapid.Custom(func(rt *rapid.T) client.ID {
		return client.ID{
			Number: rapid.Int64Range(-1, reportClients()+150).Draw(rt, "id"),
			Type:   rapid.SampledFrom([]string{"", "", "Client", "FieldDefinition"}).Draw(rt, "type"),
		}
	})
	d.filter.ids = rapid.SliceOfN(drawn, 1, 300).Draw(d.T, "ids")
	d.filter.ids[0] = client.ID{Number: d.target.ClientID}
	d.sent["clientIdList"] = idTexts(d.filter.ids)
}

func (d *reportDrawing) dates() {
	day := func(name string) *client.Date {
		if d.none(name, nil) {
			return nil
		}
		date := client.DateOf(d.around.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(d.T, name)))
		d.sent[name] = date.String()
		if rapid.IntRange(0, 3).Draw(d.T, "as a number") == 0 {
			d.sent[name] = date.UTC().UnixMilli()
		}
		return &date
	}
	which := rapid.IntRange(0, 2).Draw(d.T, "which dates")
	if which != 1 {
		d.filter.start = day("startDate")
	}
	if which != 2 {
		d.filter.end = day("endDate")
	}
	if start, end := d.filter.start, d.filter.end; start != nil && end != nil && start.String() > end.String() {
		d.filter.start, d.filter.end = end, start
		d.sent["startDate"], d.sent["endDate"] = d.sent["endDate"], d.sent["startDate"]
	}
}

// numbers draws a list of ids of something that appointments have, mostly with
// the one of an appointment of the target.
func (d *reportDrawing) numbers(name string, highest int64, of func(client.Appointment) int64) []int64 {
	if d.none(name, []any{}) {
		return nil
	}
	list := rapid.SliceOfN(rapid.Int64Range(-1, highest), 1, 3).Draw(d.T, name)
	if n := len(d.target.Appointments); n > 0 && rapid.IntRange(0, 3).Draw(d.T, "the target's") > 0 {
		// The first one, so that the conditions are often about one appointment.
		list = append(list, of(d.target.Appointments[0]))
	}
	ids := make([]client.ID, len(list))
	for i, number := range list {
		ids[i].Number = number
		if number > 0 && rapid.IntRange(0, 19).Draw(d.T, "of another type") == 0 {
			// An id of a client is no id of anything else.
			ids[i].Type, list[i] = "Client", 0
		}
	}
	d.sent[name] = idTexts(ids)
	return list
}

func (d *reportDrawing) groups() {
	d.filter.groups = d.numbers("locationGroupIdList", 76, func(a client.Appointment) int64 {
		for group, locations := range d.world.groups {
			for _, location := range locations {
				if location == a.LocationID && group != 74 {
					return group
				}
			}
		}
		return 74
	})
	if len(d.filter.groups) > 0 && rapid.Bool().Draw(d.T, "one group") {
		group := rapid.SampledFrom([]int64{71, 72, 73, 74, 75, 76}).Draw(d.T, "group")
		d.filter.groups, d.sent["locationGroupIdList"] = []int64{group}, []any{modelID(group)}
	}
}

func (d *reportDrawing) locations() {
	d.filter.locations = d.numbers("locationIdList", 7, func(a client.Appointment) int64 { return a.LocationID })
}

func (d *reportDrawing) reasons() {
	d.filter.reasons = d.numbers("reasonIdList", 7, func(a client.Appointment) int64 { return a.ReasonID })
}

func (d *reportDrawing) staff() {
	d.filter.staff = d.numbers("staffIdList", 7, func(a client.Appointment) int64 { return a.StaffID })
}

func (d *reportDrawing) statuses() {
	if d.none("statusList", []any{}) {
		return
	}
	d.filter.statuses = rapid.SliceOfN(rapid.SampledFrom([]client.Status{client.StatusActive, client.StatusBlacklisted, d.target.Status}), 1, 3).Draw(d.T, "statuses")
	d.sent["statusList"] = d.filter.statuses
}

func (d *reportDrawing) tags() {
	if d.none("tagsList", []any{}) {
		return
	}
	from := append([]string{"", "unknown", "Cafe\u0301"}, reportTags...)
	from = append(from, d.target.Tags...)
	list := rapid.SliceOfN(rapid.SampledFrom(from), 1, 3).Draw(d.T, "tags")
	for i := range list {
		list[i] = rapid.SampledFrom([]func(string) string{keep, strings.ToUpper, strings.ToLower, norm.NFD.String, spaced}).Draw(d.T, "spelling")(list[i])
	}
	d.filter.tags, d.sent["tagsList"] = list, list
}

func keep(text string) string   { return text }
func spaced(text string) string { return " " + text + " " }

// respelt draws another spelling of a text that means the same.
func (d *reportDrawing) respelt(text string) string {
	return rapid.SampledFrom([]func(string) string{
		keep, keep, strings.ToUpper, strings.ToLower, norm.NFD.String, norm.NFC.String, norm.NFKC.String, width.Widen.String, spaced,
	}).Draw(d.T, "spelling")(text)
}

func (d *reportDrawing) term() {
	if d.none("searchTerm", rapid.SampledFrom([]string{"", " ", "\t "}).Draw(d.T, "blank")) {
		return
	}
	texts := append([]string{}, reportWords...)
	texts = append(texts, reportPhones...)
	c := d.target
	texts = append(texts, c.AlertNotes...)
	for _, text := range []*string{c.Notes, c.CompanyName, modelName(c), c.CellPhone, c.HomePhone, c.City} {
		if text != nil {
			texts = append(texts, *text, *text)
		}
	}
	for _, value := range c.FieldValues {
		if text, is := value.Value.(string); is {
			texts = append(texts, text)
		}
	}
	runes := []rune(rapid.SampledFrom(append(texts, "2018-11-0", "-33.25", "1200000", "true")).Draw(d.T, "text"))
	from := rapid.IntRange(0, len(runes)-1).Draw(d.T, "from")
	to := rapid.IntRange(from+1, min(len(runes), from+12)).Draw(d.T, "to")
	d.filter.term = d.respelt(string(runes[from:to]))
	d.sent["searchTerm"] = d.filter.term
}

func (d *reportDrawing) fields() {
	if d.none("fieldFilters", []any{}) {
		return
	}
	var sent []any
	for range rapid.IntRange(1, 3).Draw(d.T, "field filters") {
		f := reportField{id: rapid.Int64Range(fieldDrink, fieldUnknown).Draw(d.T, "field")}
		if f.id >= fieldRetired && rapid.IntRange(0, 3).Draw(d.T, "none of that id") > 0 {
			f.id = fieldVisits
		}
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(d.T, "values") {
			value, as := d.value(f.id)
			f.values, list = append(f.values, value), append(list, as)
		}
		if own := modelValue(f.id, d.target); own != nil && f.values != nil && rapid.IntRange(0, 3).Draw(d.T, "the target's") > 0 {
			f.values[0], list[0] = d.spelt(own)
		}
		id := client.ID{Number: f.id, Type: rapid.SampledFrom([]string{"", "FieldDefinition"}).Draw(d.T, "type")}
		sent = append(sent, values{"schedulerPreferenceFieldDefnId": id.String(), "values": list})
		d.filter.fields = append(d.filter.fields, f)
	}
	d.sent["fieldFilters"] = sent
}

// value is a value of the field's type, and that value as it is sent.
func (d *reportDrawing) value(field int64) (value, sent any) {
	switch field {
	case fieldVisits:
		value = rapid.SampledFrom(reportNumbers).Draw(d.T, "number")
	case fieldLatitude:
		value = rapid.SampledFrom([]float64{0, 51.5, -33.25, 400}).Draw(d.T, "number")
	case fieldMember, fieldTexts:
		value = rapid.Bool().Draw(d.T, "flag")
	case fieldJoined, fieldBirth:
		value = client.Date{Year: 2018, Month: 11, Day: rapid.IntRange(1, 6).Draw(d.T, "day")}
	case fieldSource:
		value = rapid.SampledFrom(append([]string{"Nobody"}, reportSources...)).Draw(d.T, "choice")
	default:
		value = rapid.SampledFrom(append(append([]string{}, reportWords...), reportPhones...)).Draw(d.T, "text")
	}
	return d.spelt(value)
}

// spelt is a value and one of the ways to send it.
func (d *reportDrawing) spelt(value any) (_, sent any) {
	switch v := value.(type) {
	case string:
		respelt := d.respelt(v)
		return respelt, respelt
	case client.Date:
		if rapid.Bool().Draw(d.T, "as a number") {
			return v, v.UTC().UnixMilli()
		}
		return v, v.String()
	}
	return value, value
}

func (d *reportDrawing) birthday() {
	if d.none("birthday", nil) {
		return
	}
	day := func(name string) string {
		// Days of a leap year, often near the target's.
		around := time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC)
		if born := d.target.DateOfBirth; born != nil && rapid.IntRange(0, 4).Draw(d.T, "near the target's") > 0 {
			around = time.Date(2000, born.Month, born.Day, 0, 0, 0, 0, time.UTC)
		}
		return around.AddDate(0, 0, rapid.IntRange(-3, 3).Draw(d.T, name)).Format("01-02")
	}
	d.filter.birthday = []string{day("from"), day("to")}
	d.sent["birthday"] = values{"from": d.filter.birthday[0], "to": d.filter.birthday[1]}
}

func (d *reportDrawing) traits() {
	list := func(name string, fits bool) []client.Trait {
		if d.none(name, []any{}) {
			return nil
		}
		list := []client.Trait{rapid.SampledFrom(client.Traits()).Draw(d.T, name)}
		for _, trait := range client.Traits() {
			if modelHas(trait, d.target) == fits && rapid.Bool().Draw(d.T, "the target's") {
				list = append(list, trait)
			}
		}
		if len(list) > 1 {
			list = list[1:]
		}
		d.sent[name] = list
		return list
	}
	d.filter.has, d.filter.hasNot = list("has", true), list("hasNot", false)
}

func (d *reportDrawing) deleted() {
	if d.none("includeDeleted", false) {
		return
	}
	d.filter.includeDeleted, d.sent["includeDeleted"] = true, true
}
