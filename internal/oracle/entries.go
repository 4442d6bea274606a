package oracle

import (
	"slices"
	"strings"
)

// entries changes some entries of a client's list, at least one.
func (m *Model) entries(c Caller, t Target, argument string, count int, do func(next *Model, p *Person) []Failure) Outcome {
	if !c.May("write") {
		return Outcome{Forbidden: true}
	}
	if count == 0 {
		return Outcome{Failures: []Failure{{"EMPTY_PATCH", argument}}}
	}
	return m.edit(c, t, false, do)
}

// SetFields sets custom fields.
func (m *Model) SetFields(c Caller, t Target, fields []any) Outcome {
	if c.Role == Client {
		return Outcome{Forbidden: true}
	}
	return m.entries(c, t, "fields", len(fields), func(next *Model, p *Person) []Failure {
		w := next.read(c, "", Values{"fields": fields})
		w.put(p, 0)
		return w.failures
	})
}

// RemoveFields clears custom fields.
func (m *Model) RemoveFields(c Caller, t Target, fields []any) Outcome {
	const argument = "schedulerPreferenceFieldDefnIds"
	if c.Role == Client {
		return Outcome{Forbidden: true}
	}
	return m.entries(c, t, argument, len(fields), func(next *Model, p *Person) []Failure {
		w := next.blank(c)
		for i, id := range fields {
			w.field(id, nil, at(argument, i), at(argument, i))
		}
		w.put(p, 0)
		return w.failures
	})
}

// AddTags adds tags to a client.
func (m *Model) AddTags(c Caller, t Target, tags []any) Outcome {
	return m.tags(c, t, tags, Tags)
}

// RemoveTags removes tags from a client, ignoring case.
func (m *Model) RemoveTags(c Caller, t Target, tags []any) Outcome {
	return m.tags(c, t, tags, func(before any, gone []any) any {
		list, _ := before.([]any)
		return Tags(nil, slices.DeleteFunc(slices.Clone(list), func(tag any) bool {
			return slices.ContainsFunc(gone, func(other any) bool {
				return strings.EqualFold(tag.(string), bare(other.(string)))
			})
		}))
	})
}

func (m *Model) tags(c Caller, t Target, tags []any, edit func(before any, tags []any) any) Outcome {
	if c.Role == Client {
		return Outcome{Forbidden: true}
	}
	return m.entries(c, t, "tags", len(tags), func(_ *Model, p *Person) []Failure {
		p.set("tags", edit(p.Values["tags"], tags))
		return nil
	})
}

// AddViewers adds viewers to a client.
func (m *Model) AddViewers(c Caller, t Target, viewers []any) Outcome {
	return m.viewers(c, t, viewers, (*Model).link)
}

// RemoveViewers removes viewers from a client.
func (m *Model) RemoveViewers(c Caller, t Target, viewers []any) Outcome {
	return m.viewers(c, t, viewers, (*Model).unlink)
}

func (m *Model) viewers(c Caller, t Target, viewers []any, do func(*Model, Edge)) Outcome {
	return m.entries(c, t, "viewerClientIds", len(viewers), func(next *Model, p *Person) []Failure {
		var failures []Failure
		for i, id := range ids(viewers) {
			switch {
			case id == p.ID:
				failures = append(failures, Failure{"SELF_VIEW", at("viewerClientIds", i)})
			case m.mergedAway(c, id):
				failures = append(failures, Failure{"CLIENT_MERGED", at("viewerClientIds", i)})
			case !m.shows(c, id):
				failures = append(failures, Failure{"NOT_FOUND", at("viewerClientIds", i)})
			default:
				do(next, Edge{id, p.ID})
			}
		}
		return failures
	})
}
