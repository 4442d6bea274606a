package client

import (
	"slices"
	"strings"
)

// candidate is one client's value of a field; nil when it is blank.
type candidate struct {
	from  *Client
	value any
}

// decide settles a field of one value: the choice, else the first value that is
// not blank. It reports a fill or a conflict, and says whose value it is.
func (f *folding) decide(field string, candidates []candidate, same func(a, b any) bool, report func(any) any) candidate {
	own := candidates[0]
	winner := own
	for _, c := range candidates {
		if winner.value == nil && c.value != nil {
			winner = c
		}
	}
	if choice, chosen := f.choices[field]; chosen {
		winner = candidates[slices.IndexFunc(candidates, func(c candidate) bool { return c.from.ClientID == choice.fromClientID })]
	}
	var values []MergeValue
	differ := false
	for _, c := range candidates {
		if c.value == nil {
			continue
		}
		values = append(values, MergeValue{ClientID: c.from.ClientID, Value: report(c.value)})
		differ = differ || winner.value == nil || !same(c.value, winner.value)
	}
	switch {
	case differ:
		f.report.Conflicts = append(f.report.Conflicts, MergeConflict{Field: field, Values: values, WinnerID: winner.from.ClientID, Choosable: true})
	case own.value == nil && winner.value != nil:
		f.report.Fills = append(f.report.Fills, MergeFill{Field: field, FromClientID: winner.from.ClientID, Value: report(winner.value)})
	}
	return winner
}

// foldValue fills a property of one value, or settles a conflict about it.
func (f *folding) foldValue(p *Property) {
	if p.Name == "fullName" && f.keepsDerivedName() {
		return
	}
	var candidates []candidate
	for _, c := range f.all() {
		candidates = append(candidates, candidate{c, filled(valueAt(p.At(c)))})
	}
	winner := f.decide(p.Name, candidates, func(a, b any) bool { return f.same(p, a, b) }, func(value any) any { return reported(p, value) })
	if winner.from == f.survivor {
		return
	}
	if winner.value == nil && p.is(required) {
		f.errs = append(f.errs, f.choices[p.Name].where.with("fromClientId").at(&Error{Code: CodeInvalidChoice, Message: p.Name + " is required, and this client has none: choose another"}))
		return
	}
	setAt(p.At(f.after), winner.value)
}

// keepsDerivedName says whether the survivor's name, which is made of its first
// and last name, is to stay so: another's name would not be of one piece with
// them.
func (f *folding) keepsDerivedName() bool {
	_, chosen := f.choices["fullName"]
	return !chosen && filled(deref(f.survivor.StoredFullName)) == nil && f.survivor.FullName() != nil
}

// same says whether two values of the property are one.
func (f *folding) same(p *Property, a, b any) bool {
	x, isText := a.(string)
	if y, too := b.(string); isText && too && p.is(aliased) {
		return f.keyer.sameAlias(p, x, y)
	}
	return equalValues(a, b)
}

// filled is a value, or nil when it is blank.
func filled(value any) any {
	if text, ok := value.(string); ok && isBlank(text) {
		return nil
	}
	return value
}

// foldFields does the same for each custom field that has values of its own.
func (f *folding) foldFields(p *Property) {
	var ids []int64
	for _, c := range f.all() {
		for _, v := range c.FieldValues {
			ids = append(ids, v.DefinitionID)
		}
	}
	for _, id := range sortedSet(ids) {
		var candidates []candidate
		for _, c := range f.all() {
			candidates = append(candidates, candidate{c, filled(c.fieldValue(id))})
		}
		winner := f.decide(customFieldName(id), candidates, equalValues, func(value any) any { return reported(p, value) })
		if winner.from != f.survivor {
			f.after.setFieldValue(id, winner.value)
		}
	}
}

// fieldValue is the client's value of a custom field; nil for none.
func (c *Client) fieldValue(id int64) any {
	for _, v := range c.FieldValues {
		if v.DefinitionID == id {
			return v.Value
		}
	}
	return nil
}

// setFieldValue puts a value in place of the one of that field; nil clears.
func (c *Client) setFieldValue(id int64, value any) {
	c.FieldValues = withFieldValue(c.FieldValues, id, value)
}

// foldSSN settles whose social security number it is. Only that is told here: a
// number is sealed for its client, and the service seals it anew.
func (f *folding) foldSSN(p *Property) {
	var candidates []candidate
	for _, c := range f.all() {
		value := candidate{from: c}
		if ssn := f.ssns[c.ClientID]; ssn != "" {
			value.value = ssn
		}
		candidates = append(candidates, value)
	}
	winner := f.decide(p.Name, candidates, equalValues, func(value any) any { return reported(p, value) })
	if winner.from == f.survivor {
		return
	}
	f.ssnFrom = winner.from.ClientID
	if winner.value == nil {
		f.ssnFrom, f.after.SealedSSN = 0, nil
	}
}

// foldNotes appends the notes of the others, in their order, a text once.
func (f *folding) foldNotes(p *Property) {
	var texts []string
	if f.survivor.Notes != nil && !isBlank(*f.survivor.Notes) {
		texts = append(texts, *f.survivor.Notes)
	}
	before := len(texts)
	for _, c := range f.folded {
		if c.Notes == nil || isBlank(*c.Notes) || slices.Contains(texts, *c.Notes) {
			continue
		}
		texts = append(texts, *c.Notes)
		f.move(p.Name, c, 1, []any{*c.Notes})
	}
	if len(texts) > before {
		f.after.Notes = new(strings.Join(texts, "\n"))
	}
}

// foldLogin keeps the survivor's login, or adopts the first one that there is,
// with its password. The others' numbers are the survivor's from now on.
func (f *folding) foldLogin() {
	for _, c := range f.folded {
		switch {
		case c.ClientAccountID == nil:
		case f.after.ClientAccountID == nil:
			f.after.ClientAccountID, f.after.PasswordHash = c.ClientAccountID, c.PasswordHash
			f.report.Fills = append(f.report.Fills, MergeFill{
				Field: nameAccount, FromClientID: c.ClientID, Value: reported(PropertyByName(nameAccount), *c.ClientAccountID),
			})
		default:
			f.move(nameAccount, c, 1, []any{reported(PropertyByName(nameAccount), *c.ClientAccountID)})
		}
	}
}

const nameAccount = "clientAccountId"

func (f *folding) move(field string, from *Client, count int, values []any) {
	if count > 0 {
		f.report.Moves = append(f.report.Moves, MergeMove{Field: field, FromClientID: from.ClientID, Count: int64(count), Values: values})
	}
}
