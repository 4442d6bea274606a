package reading

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
	"clientgraph/internal/store"
)

// Filter is the filter of a report. The zero value selects all live clients. All
// conditions must be met; of a list, one entry is enough. An empty list, except
// ClientIDs, and a blank SearchTerm or tag are no condition.
type Filter struct {
	// ClientIDs, if not nil, selects only these clients: an empty list selects none.
	ClientIDs []int64
	// StartDate and EndDate bound the created date, in days of the business's time zone,
	// both included.
	StartDate, EndDate *client.Date
	// LocationGroupIDs, LocationIDs, ReasonIDs and StaffIDs must all match the same
	// appointment, whatever its status.
	LocationGroupIDs, LocationIDs, ReasonIDs, StaffIDs []int64
	Statuses                                           []client.Status
	Tags                                               []string
	SearchTerm                                         string
	Fields                                             []FieldFilter
	// Appointment, if not nil, must match an appointment, the same as the lists above. No
	// appointment may match NoAppointment.
	Appointment, NoAppointment *AppointmentRange
	// Birthday, if not nil, bounds the birthday.
	Birthday *Birthdays
	// A client must have all traits in Has, and none in HasNot.
	Has, HasNot []client.Trait
	// IncludeDeleted selects deleted clients too.
	IncludeDeleted bool
}

// FieldFilter selects clients whose custom field has one of the values.
type FieldFilter struct {
	DefinitionID int64
	Values       []any
}

// resolved is a filter as conditions of the store, with the conditions that are checked
// on the clients that the store finds.
type resolved struct {
	conditions store.Conditions
	// term, if not nil, must be found in the texts of a client.
	term        *search.Term
	definitions client.Definitions
	// outdated is Reads.outdated, called once for all conditions.
	outdated func() (bool, error)
	// nothing says that no client can match, because an id list or a term is empty.
	nothing bool
}

// Check validates a filter without reading; where is its path.
func (f Filter) Check(scope client.Scope, where client.Path) client.Errors {
	var errs client.Errors
	for _, list := range []struct {
		name  string
		count int
	}{
		{"clientIdList", len(f.ClientIDs)},
		{"locationGroupIdList", len(f.LocationGroupIDs)},
		{"locationIdList", len(f.LocationIDs)},
		{"reasonIdList", len(f.ReasonIDs)},
		{"staffIdList", len(f.StaffIDs)},
		{"tagsList", len(f.Tags)},
		{"fieldFilters", len(f.Fields)},
		{"has", len(f.Has)},
		{"hasNot", len(f.HasNot)},
	} {
		if list.count > MaxIDs {
			errs = append(errs, where.With(list.name).At(client.TooMany(MaxIDs)))
		}
	}
	for i, field := range f.Fields {
		if len(field.Values) > MaxIDs {
			errs = append(errs, where.With("fieldFilters").With(strconv.Itoa(i)).With("values").At(client.TooMany(MaxIDs)))
		}
	}
	errs = append(errs, f.checkTexts(where)...)
	if f.StartDate != nil && f.EndDate != nil && f.EndDate.UTC().Before(f.StartDate.UTC()) {
		errs = append(errs, where.With("endDate").At(&client.Error{Code: client.CodeInvalidDateRange, Message: "the range ends before it begins: want endDate on or after startDate"}))
	}
	errs = append(errs, f.Appointment.check(where.With("appointment"))...)
	errs = append(errs, f.NoAppointment.check(where.With("noAppointment"))...)
	if len(f.Tags) > 0 && scope.Role == client.RoleClient {
		errs = append(errs, where.With("tagsList").At(&client.Error{Code: client.CodeForbidden, Message: "role CLIENT may not read tags; leave the condition out"}))
	}
	return errs
}

// checkTexts bounds the texts that are compared.
func (f Filter) checkTexts(where client.Path) client.Errors {
	var values []string
	for _, field := range f.Fields {
		for _, value := range field.Values {
			if text, ok := value.(string); ok {
				values = append(values, text)
			}
		}
	}
	var errs client.Errors
	for _, texts := range []struct {
		name  string
		bound int
		all   []string
	}{
		{"searchTerm", search.MaxSearch, []string{f.SearchTerm}},
		{"fieldFilters", search.MaxSearchSum, values},
		{"tagsList", MaxIDs * client.MaxTag, f.Tags},
	} {
		if err := search.CheckSearch(texts.bound, texts.all...); err != nil {
			errs = append(errs, where.With(texts.name).At(err))
		}
	}
	return errs
}

// resolve converts a filter to conditions. Errors: TOO_MANY, TOO_LONG,
// INVALID_DATE_RANGE, FORBIDDEN, INVALID_FIELD_VALUE and those of a property's value.
func (s *Lists) resolve(ctx context.Context, scope client.Scope, f Filter) (resolved, error) {
	if errs := f.Check(scope, client.Path{"filter"}); errs != nil {
		return resolved{}, errs
	}
	m := resolved{outdated: sync.OnceValues(func() (bool, error) { return s.outdated(ctx, scope) })}
	m.conditions = store.Conditions{ClientIDs: f.ClientIDs, Statuses: f.Statuses, IncludeDeleted: f.IncludeDeleted}
	m.nothing = f.ClientIDs != nil && len(f.ClientIDs) == 0
	if t, ok := search.NewTerm(f.SearchTerm); ok {
		m.term = &t
		m.nothing = m.nothing || t.None
		keys := t.Keys()
		if before := t.SearchKeysBefore(f.SearchTerm); before != nil {
			outdated, err := m.outdated()
			if err != nil {
				return resolved{}, err
			}
			if outdated {
				keys = client.Unique(append(keys, before...))
			}
		}
		m.conditions.IndexKeys = append(m.conditions.IndexKeys, keys)
	}
	var tags []string
	for _, tag := range f.Tags {
		// A blank tag is no condition.
		if !client.IsBlank(tag) {
			tags = append(tags, search.TagIndexKey(tag))
		}
	}
	if tags != nil {
		m.conditions.IndexKeys = append(m.conditions.IndexKeys, tags)
	}
	for _, part := range []func(context.Context, client.Scope, Filter, *resolved) error{s.resolveFields, s.resolveAppointment, s.resolveDates} {
		if err := part(ctx, scope, f, &m); err != nil {
			return resolved{}, err
		}
	}
	if err := m.resolveTraits(f); err != nil {
		return resolved{}, err
	}
	return m, nil
}

// resolveFields converts field filters to index keys. An unknown field has no values.
func (s *Lists) resolveFields(ctx context.Context, scope client.Scope, f Filter, m *resolved) error {
	if len(f.Fields) == 0 && m.term == nil {
		return nil
	}
	definitions, err := s.Definitions(ctx, scope)
	if err != nil {
		return err
	}
	m.definitions = definitions
	if m.term != nil && !m.term.None {
		m.conditions.IndexKeys[0] = append(m.conditions.IndexKeys[0], renamedKeys(definitions, *m.term)...)
	}
	var errs client.Errors
	for i, filter := range f.Fields {
		if len(filter.Values) == 0 {
			continue
		}
		definition := definitions.ByID(filter.DefinitionID)
		if definition == nil || definition.Retired {
			m.nothing = true
			continue
		}
		// spelt are the keys that earlier versions of the rules made.
		var keys, spelt []string
		for j, given := range filter.Values {
			for _, raw := range choiceSpellings(definition, given) {
				key, err := search.FilterKey(definition, raw)
				if err != nil {
					errs = append(errs, client.Path{"filter", "fieldFilters", strconv.Itoa(i), "values", strconv.Itoa(j)}.At(err))
					continue
				}
				keys = append(keys, key)
				spelt = append(spelt, search.KeySpeltBefore(key, raw)...)
			}
		}
		if keys == nil {
			m.nothing = true
			continue
		}
		if spelt != nil {
			outdated, err := m.outdated()
			if err != nil {
				return err
			}
			if outdated {
				keys = append(keys, spelt...)
			}
		}
		m.conditions.IndexKeys = append(m.conditions.IndexKeys, keys)
	}
	return errs.ErrOrNil()
}

// resolveAppointment converts the conditions on an appointment to one: groups and
// locations both select locations, and both must match.
func (s *Lists) resolveAppointment(ctx context.Context, scope client.Scope, f Filter, m *resolved) error {
	wanted := store.AppointmentCondition{LocationIDs: idCondition(f.LocationIDs), ReasonIDs: idCondition(f.ReasonIDs), StaffIDs: idCondition(f.StaffIDs)}
	if len(f.LocationGroupIDs) > 0 {
		groups, err := s.Store.LocationGroups(ctx, scope, f.LocationGroupIDs)
		if err != nil {
			return fmt.Errorf("find location groups: %w", err)
		}
		grouped := []int64{}
		for _, locations := range groups {
			grouped = append(grouped, locations...)
		}
		if wanted.LocationIDs != nil {
			grouped = slices.DeleteFunc(grouped, func(id int64) bool { return !slices.Contains(wanted.LocationIDs, id) })
		}
		wanted.LocationIDs = client.SortedSet(grouped)
		m.nothing = m.nothing || len(grouped) == 0
	}
	lists := 0
	for _, list := range []struct {
		kind string
		ids  []int64
	}{{search.KeyStaff, wanted.StaffIDs}, {search.KeyReason, wanted.ReasonIDs}, {search.KeyLocation, wanted.LocationIDs}} {
		if list.ids == nil {
			continue
		}
		lists++
		keys := make([]string, len(list.ids))
		for i, id := range list.ids {
			keys[i] = search.NumberKey(list.kind, id)
		}
		m.conditions.IndexKeys = append(m.conditions.IndexKeys, keys)
	}
	if f.Appointment != nil {
		if err := s.within(ctx, scope, f.Appointment, &wanted); err != nil {
			return err
		}
	}
	// Keys suffice for one list. They can't tell whether one appointment matches several
	// lists, or when it is.
	if lists > 1 || f.Appointment != nil {
		m.conditions.Appointment = &wanted
	}
	if f.NoAppointment != nil {
		m.conditions.NoAppointment = &store.AppointmentCondition{}
		return s.within(ctx, scope, f.NoAppointment, m.conditions.NoAppointment)
	}
	return nil
}

// idCondition returns the ids of a condition; nil, which is no condition, for an empty
// list. 0 identifies nothing and is left out.
func idCondition(ids []int64) []int64 {
	if len(ids) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == 0 })
}

// resolveDates converts days in the business's time zone to instants.
func (s *Lists) resolveDates(ctx context.Context, scope client.Scope, f Filter, m *resolved) error {
	if f.StartDate == nil && f.EndDate == nil {
		return nil
	}
	business, err := s.Business(ctx, scope)
	if err != nil {
		return err
	}
	zone := business.Zone()
	if f.StartDate != nil {
		m.conditions.CreatedFrom = new(f.StartDate.In(zone))
	}
	if f.EndDate != nil {
		m.conditions.CreatedBefore = new(f.EndDate.Next().In(zone))
	}
	return nil
}

// resolveTraits converts birthdays and missing traits to index keys. While clients are
// rekeyed, some lack these keys: then the conditions are checked on the clients.
func (m *resolved) resolveTraits(f Filter) error {
	m.conditions.Has, m.conditions.HasNot = f.Has, f.HasNot
	if f.Birthday != nil {
		days, errs := f.Birthday.days(client.Path{"filter", "birthday"})
		if errs != nil {
			return errs
		}
		m.conditions.Birthdays = days
	}
	if f.Birthday == nil && len(f.HasNot) == 0 {
		return nil
	}
	outdated, err := m.outdated()
	if err != nil || outdated {
		return err
	}
	if f.Birthday != nil {
		keys := make([]string, len(m.conditions.Birthdays))
		for i, day := range m.conditions.Birthdays {
			keys[i] = search.BirthdayKey(day)
		}
		m.conditions.IndexKeys = append(m.conditions.IndexKeys, keys)
		m.conditions.Birthdays = nil
	}
	for _, trait := range f.HasNot {
		m.conditions.IndexKeys = append(m.conditions.IndexKeys, []string{search.MissingKey(trait)})
	}
	m.conditions.HasNot = nil
	return nil
}

// need returns what must be read of a client to find the term.
func (m resolved) need() client.Selection {
	if m.term == nil {
		return client.Selection{}
	}
	return searchNeed()
}

// searchNeed selects what a term is looked for in: notes, and all properties that a
// custom field may stand for.
func searchNeed() client.Selection {
	need := client.Select("notes", "alertNotes", client.NameAliases, client.NamePhoneSpellings)
	need.AddField("fields")
	need.AddField("fullName")
	return need
}
