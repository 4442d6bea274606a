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
	outcome, err := readOutcome(a)
	if err != nil {
		t.Errorf("%v: %v: %s", d, err, a.body)
	}
	got, err := outcome.of(p, d)
	if err != nil {
		t.Errorf("business %d: %v: %v: %s", p.business, d, err, a.body)
	}
	return got
}

const (
	record = "clientId version deleted city"
	report = `{ do: clientReportWithCount(filter: {includeDeleted: true}) { count clients { firstName ` + record + ` %s } } }`
)

// query is the operation that asks for a deed.
func (p *play) query(d deed, key string) (string, map[string]any) {
	variables := map[string]any{}
	if id := p.ids[d.slot].Load(); id != nil {
		variables["id"] = *id
	}
	switch d.kind {
	case deedRead:
		return `query ($id: ID!) { do: client(clientId: $id) { ` + record + ` } }`, variables
	case deedReport:
		return fmt.Sprintf(report, ""), nil
	case deedSurvey:
		return fmt.Sprintf(report, "clientIdsClientCanView viewByClients { clientId }"), nil
	}
	mutation, declared, arguments, answer := p.mutation(d, variables)
	if d.expected != 0 {
		declared, arguments = declared+", $expected: Int!", arguments+", expectedVersion: $expected"
		variables["expected"] = d.expected
	}
	if key != "" {
		declared, arguments = declared+", $key: String", arguments+", idempotencyKey: $key"
		variables["key"] = key
	}
	return fmt.Sprintf(`mutation (%s) { do: %s(%s) { client { %s } %s userErrors { code } } }`, declared, mutation, arguments, record, answer), variables
}

// mutation is the one that does a deed: its name, the variables it declares and
// its arguments, and what more of its answer is to be told. It puts the values
// into variables.
func (p *play) mutation(d deed, variables map[string]any) (name, declared, arguments, answer string) {
	const (
		onID  = "$id: ID!"
		byID  = "clientId: $id"
		patch = "patchClient"
	)
	input := map[string]any{"firstName": slotName(d.slot), "lastName": "Play", "emailAddress": "play@email.com"}
	switch d.kind {
	case deedCreate:
		input["clientIdsClientCanView"] = p.subjectIDs(d.subjects)
		variables["input"] = input
		return "createClient", "$input: CreateClientInput!", "input: $input", ""
	case deedUpsert:
		input["city"] = d.city
		variables["input"], variables["name"] = input, slotName(d.slot)
		return "upsertClient", "$input: CreateClientInput!, $name: String!", "by: {externalUserName: $name}, input: $input", ""
	case deedPatch:
		variables["patch"] = map[string]any{"city": d.city}
		return patch, onID + ", $patch: ClientPatch!", byID + ", patch: $patch", ""
	case deedViews:
		variables["patch"] = map[string]any{"clientIdsClientCanView": p.subjectIDs(d.subjects)}
		return patch, onID + ", $patch: ClientPatch!", byID + ", patch: $patch", ""
	case deedMerge:
		variables["folded"] = p.subjectIDs(d.subjects)
		return "mergeClients", onID + ", $folded: [ID!]!", byID + ", clientIds: $folded", "mergeId"
	case deedUnmerge:
		variables["merge"] = strconv.FormatInt(d.merge, 10)
		return "unmergeClients", "$merge: ID!", "mergeId: $merge", ""
	case deedErase:
		return "eraseClient", onID, byID + ", confirmClientId: $id", "erasedClientIds"
	case deedRestore:
		return "restoreClient", onID, byID, ""
	}
	return "deleteClient", onID, byID, ""
}

const slotPrefix = "slot-"

func slotName(slot int) string { return slotPrefix + strconv.Itoa(slot) }

func (p *play) subjectIDs(subjects slotSet) []string {
	ids := []string{}
	for slot := range slots {
		if subjects.has(slot) {
			ids = append(ids, *p.ids[slot].Load())
		}
	}
	return ids
}
