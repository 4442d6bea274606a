package merge

import (
	"slices"
	"strings"

	"clientgraph/internal/client"
)

// candidate is a client's value of a field; nil if it is blank.
type candidate struct {
	from  *client.Client
	value any
}

// decide settles a field with one value: by the choice, else by the first value that is
// not blank. It reports a fill or a conflict, and returns the winner.
func (f *Fold) decide(field string, candidates []candidate, same func(a, b any) bool, report func(any) any) candidate {
	own := candidates[0]
	winner := own
	for _, c := range candidates {
		if winner.value == nil && c.value != nil {
			winner = c
		}
	}
	if choice, chosen := f.Choices[field]; chosen {
		winner = candidates[slices.IndexFunc(candidates, func(c candidate) bool { return c.from.ClientID == choice.FromClientID })]
	}
	var values []Value
	differ := false
	for _, c := range candidates {
		if c.value == nil {
			continue
		}
		values = append(values, Value{ClientID: c.from.ClientID, Value: report(c.value)})
		differ = differ || winner.value == nil || !same(c.value, winner.value)
	}
	switch {
	case differ:
		f.Report.Conflicts = append(f.Report.Conflicts, Conflict{Field: field, Values: values, WinnerID: winner.from.ClientID, Choosable: true})
	case own.value == nil && winner.value != nil:
		f.Report.Fills = append(f.Report.Fills, Fill{Field: field, FromClientID: winner.from.ClientID, Value: report(winner.value)})
	}
	return winner
}

// foldValue fills a property with one value, or settles a conflict.
func (f *Fold) foldValue(p *client.Property) {
	if p.Name == "fullName" && f.keepsDerivedName() {
		return
	}
	var candidates []candidate
	for _, c := range f.All() {
		candidates = append(candidates, candidate{c, filled(p.Value(c))})
	}
	winner := f.decide(p.Name, candidates, func(a, b any) bool { return f.same(p, a, b) }, func(value any) any { return reported(p, value) })
	if winner.from == f.Survivor {
		return
	}
	if winner.value == nil && p.Is(client.Required) {
		f.Errors = append(f.Errors, f.Choices[p.Name].Where.With("fromClientId").At(&client.Error{Code: client.CodeInvalidChoice, Message: p.Name + " is required, and this client has none: choose another"}))
		return
	}
	p.Set(f.After, winner.value)
}

// keepsDerivedName says whether the survivor's full name, derived from its first and last
// name, must stay so: another client's full name may not match them.
func (f *Fold) keepsDerivedName() bool {
	_, chosen := f.Choices["fullName"]
	return !chosen && filled(client.Deref(f.Survivor.StoredFullName)) == nil && f.Survivor.FullName() != nil
}

// same says whether two values of the property count as one.
func (f *Fold) same(p *client.Property, a, b any) bool {
	x, isText := a.(string)
	if y, too := b.(string); isText && too && p.Is(client.Aliased) {
		return SameAlias(f.Indexer, p, x, y)
	}
	return p.SameValue(a, b)
}

// same says whether two custom values, or two social security numbers, are equal.
func same(a, b any) bool { return a == b }

// filled returns a value, or nil if it is blank.
func filled(value any) any {
	if text, ok := value.(string); ok && client.IsBlank(text) {
		return nil
	}
	return value
}

// foldFields does the same for each custom field with values of its own.
func (f *Fold) foldFields(p *client.Property) {
	var ids []int64
	for _, c := range f.All() {
		for _, v := range c.FieldValues {
			ids = append(ids, v.DefinitionID)
		}
	}
	for _, id := range client.SortedSet(ids) {
		var candidates []candidate
		for _, c := range f.All() {
			candidates = append(candidates, candidate{c, filled(c.FieldValue(id))})
		}
		winner := f.decide(customFieldName(id), candidates, same, func(value any) any { return reported(p, value) })
		if winner.from != f.Survivor {
			f.After.SetFieldValue(id, winner.value)
		}
	}
}

// foldSSN decides whose social security number the survivor gets. The number is encrypted
// for its client, so the service encrypts it again.
func (f *Fold) foldSSN(p *client.Property) {
	var candidates []candidate
	for _, c := range f.All() {
		value := candidate{from: c}
		if ssn := f.SSNs[c.ClientID]; ssn != "" {
			value.value = ssn
		}
		candidates = append(candidates, value)
	}
	winner := f.decide(p.Name, candidates, same, func(value any) any { return reported(p, value) })
	if winner.from == f.Survivor {
		return
	}
	f.SSNFrom = winner.from.ClientID
	if winner.value == nil {
		f.SSNFrom, f.After.SealedSSN = 0, nil
	}
}

// foldNotes appends the others' notes in order, each text once.
func (f *Fold) foldNotes(p *client.Property) {
	var texts []string
	if f.Survivor.Notes != nil && !client.IsBlank(*f.Survivor.Notes) {
		texts = append(texts, *f.Survivor.Notes)
	}
	before := len(texts)
	for _, c := range f.Folded {
		if c.Notes == nil || client.IsBlank(*c.Notes) || slices.Contains(texts, *c.Notes) {
			continue
		}
		texts = append(texts, *c.Notes)
		f.move(p.Name, c, 1, []any{*c.Notes})
	}
	if len(texts) > before {
		f.After.Notes = new(strings.Join(texts, "\n"))
	}
}

// foldLogin keeps the survivor's login, or takes the first other one with its password.
// The account ids of the others find the survivor from now on.
func (f *Fold) foldLogin() {
	for _, c := range f.Folded {
		switch {
		case c.ClientAccountID == nil:
		case f.After.ClientAccountID == nil:
			f.After.ClientAccountID, f.After.PasswordHash = c.ClientAccountID, c.PasswordHash
			f.Report.Fills = append(f.Report.Fills, Fill{
				Field: nameAccount, FromClientID: c.ClientID, Value: reported(client.PropertyByName(nameAccount), *c.ClientAccountID),
			})
		default:
			f.move(nameAccount, c, 1, []any{reported(client.PropertyByName(nameAccount), *c.ClientAccountID)})
		}
	}
}

const nameAccount = "clientAccountId"

func (f *Fold) move(field string, from *client.Client, count int, values []any) {
	if count > 0 {
		f.Report.Moves = append(f.Report.Moves, Move{Field: field, FromClientID: from.ClientID, Count: int64(count), Values: values})
	}
}
