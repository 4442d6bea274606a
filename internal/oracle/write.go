package oracle

// Create creates the client with that id, which the service gave it.
func (m *Model) Create(c Caller, id int64, input Values, account int64) Outcome {
	if c.Role == Client || !c.May("write") {
		return Outcome{Forbidden: true}
	}
	return Outcome{Failures: m.change(func(next *Model) []Failure {
		return next.create(c, id, next.read(c, "input", input), input, account)
	})}
}

func (m *Model) create(c Caller, id int64, w *written, input Values, account int64) []Failure {
	w.lacking("input")
	p := &Person{ID: id, Values: Values{"status": "ACTIVE", "blocked": false}, Custom: map[int64]any{}, Life: Live, Creator: c.User}
	m.People[id] = p
	return m.bring(c, p, "input", w, input, account)
}

// Target is the client that a mutation changes.
type Target struct {
	ID       int64
	Expected *int64
}

// find finds the target; deletedToo allows a deleted one.
func (m *Model) find(c Caller, t Target, deletedToo bool) (*Person, []Failure) {
	missing := []Failure{{"NOT_FOUND", "clientId"}}
	p := m.People[t.ID]
	if p == nil || !m.Sees(c, m.Survivor(t.ID)) {
		return nil, missing
	}
	if own := m.Own(c); c.Role == Client && own != m.Survivor(t.ID) {
		return nil, missing
	}
	switch {
	case p.Life == Merged:
		return nil, []Failure{{"CLIENT_MERGED", "clientId"}}
	case p.Life == Deleted && !deletedToo:
		return nil, []Failure{{"CLIENT_DELETED", "clientId"}}
	case t.Expected != nil && *t.Expected != p.Version:
		return nil, []Failure{{"VERSION_CONFLICT", "expectedVersion"}}
	}
	return p, nil
}

// edit changes one client.
func (m *Model) edit(c Caller, t Target, deletedToo bool, do func(next *Model, p *Person) []Failure) Outcome {
	return Outcome{Failures: m.change(func(next *Model) []Failure {
		p, failures := next.find(c, t, deletedToo)
		if failures != nil {
			return failures
		}
		return do(next, p)
	})}
}

// Patch changes the named properties.
func (m *Model) Patch(c Caller, t Target, patch Values, account int64) Outcome {
	if !c.May("write") {
		return Outcome{Forbidden: true}
	}
	if namesNothing(patch) {
		return Outcome{Failures: []Failure{{"EMPTY_PATCH", "patch"}}}
	}
	return m.edit(c, t, false, func(next *Model, p *Person) []Failure {
		return next.bring(c, p, "patch", next.read(c, "patch", patch), patch, account)
	})
}

// namesNothing says whether a patch changes nothing: a null password, a null list of
// fields and an empty one are ignored.
func namesNothing(patch Values) bool {
	named := len(patch)
	if password, given := patch["password"]; given && password == nil {
		named--
	}
	if list, given := patch["fields"]; given {
		if fields, _ := list.([]any); len(fields) == 0 {
			named--
		}
	}
	return named == 0
}

// bring applies an input to a record.
func (m *Model) bring(c Caller, p *Person, argument string, w *written, input Values, account int64) []Failure {
	w.failures = append(w.failures, m.edges(c, p, argument, input)...)
	w.put(p, account)
	return w.failures
}

// Update replaces all properties that can be written, except those that an update keeps.
func (m *Model) Update(c Caller, t Target, input Values, account int64) Outcome {
	if c.Role == Client || !c.May("write") {
		return Outcome{Forbidden: true}
	}
	return m.edit(c, t, false, func(next *Model, p *Person) []Failure {
		w := next.read(c, "input", input)
		w.lacking("input")
		for name, known := range table() {
			if _, given := w.set[name]; !given && !known.kept {
				delete(p.Values, name)
			}
		}
		p.Custom = map[int64]any{}
		return next.bring(c, p, "input", w, input, account)
	})
}

// Delete removes a client from lists; Restore restores it.
func (m *Model) Delete(c Caller, t Target) Outcome { return m.move(c, t, Deleted) }

// Restore is the opposite of Delete.
func (m *Model) Restore(c Caller, t Target) Outcome { return m.move(c, t, Live) }

func (m *Model) move(c Caller, t Target, to string) Outcome {
	if c.Role == Client || !c.May("delete") {
		return Outcome{Forbidden: true}
	}
	return m.edit(c, t, true, func(_ *Model, p *Person) []Failure {
		p.Life = to
		return nil
	})
}
