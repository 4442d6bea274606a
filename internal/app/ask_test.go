package app_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
)

// send asks a server to do a deed.
func (p *play) send(t *testing.T, s *serving, d deed, key string) told {
	t.Helper()
	query, variables := p.query(d, key)
	ctx, cancel := t.Context(), func() {}
	if p.patience > 0 {
		ctx, cancel = context.WithTimeout(ctx, p.patience)
	}
	defer cancel()
	a, err := s.post(ctx, p.token, "", query, variables)
	p.attempts.Add(1)
	if err != nil {
		return told{unknown: true}
	}
	got, err := readTold(a)
	if err != nil {
		t.Errorf("%v: %v: %s", d, err, a.body)
	}
	return got.of(p, d)
}

// query is the operation that asks for a deed.
func (p *play) query(d deed, key string) (string, map[string]any) {
	const record = "clientId version deleted city"
	variables := map[string]any{}
	var id *string
	if id = p.ids[d.slot].Load(); id != nil {
		variables["id"] = *id
	}
	switch d.kind {
	case deedRead:
		return `query ($id: ID!) { do: client(clientId: $id) { ` + record + ` } }`, variables
	case deedReport:
		return `{ do: clientReportWithCount(filter: {includeDeleted: true}) { count clients { firstName ` + record + ` } } }`, nil
	case deedSurvey:
		return `{ do: clientReportWithCount(filter: {includeDeleted: true}) { count clients { firstName clientIdsClientCanView ` + record + ` } } }`, nil
	}
	declared, arguments, mutation := "$id: ID!", "clientId: $id", ""
	switch d.kind {
	case deedCreate:
		mutation, declared, arguments = "createClient", "$input: CreateClientInput!", "input: $input"
		variables["input"] = map[string]any{
			"firstName": slotName(d.slot), "lastName": "Play", "emailAddress": "play@email.com",
			"clientIdsClientCanView": p.subjectIDs(d.subjects),
		}
	case deedPatch:
		mutation, declared, arguments = "patchClient", declared+", $patch: ClientPatch!", arguments+", patch: $patch"
		variables["patch"] = map[string]any{"city": d.city}
	case deedViews:
		mutation, declared, arguments = "patchClient", declared+", $patch: ClientPatch!", arguments+", patch: $patch"
		variables["patch"] = map[string]any{"clientIdsClientCanView": p.subjectIDs(d.subjects)}
	case deedDelete:
		mutation = "deleteClient"
	case deedRestore:
		mutation = "restoreClient"
	}
	if d.expected != 0 {
		declared, arguments = declared+", $expected: Int", arguments+", expectedVersion: $expected"
		variables["expected"] = d.expected
	}
	if key != "" {
		declared, arguments = declared+", $key: String", arguments+", idempotencyKey: $key"
		variables["key"] = key
	}
	return fmt.Sprintf(`mutation (%s) { do: %s(%s) { client { %s } userErrors { code } } }`, declared, mutation, arguments, record), variables
}

func slotName(slot int) string { return "slot-" + strconv.Itoa(slot) }

func (p *play) subjectIDs(subjects uint8) []string {
	ids := []string{}
	for slot := range slots {
		if subjects&(1<<slot) != 0 {
			ids = append(ids, *p.ids[slot].Load())
		}
	}
	return ids
}
