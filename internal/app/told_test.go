package app_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// spoken is an answer as it is written.
type spoken struct {
	unknown bool
	code    string
	record  *spokenRecord
	records []spokenRecord
}

type spokenRecord struct {
	ClientID   string   `json:"clientId"`
	FirstName  string   `json:"firstName"`
	Version    int64    `json:"version"`
	Deleted    bool     `json:"deleted"`
	City       string   `json:"city"`
	SubjectIDs []string `json:"clientIdsClientCanView"`
}

// readTold reads an answer. The codes that ask for another try leave it unknown.
func readTold(a answer) (spoken, error) {
	var got spoken
	for _, e := range a.Errors {
		switch code, _ := e.Extensions["code"].(string); code {
		case "UNAVAILABLE", "TIMEOUT", "CANCELED":
			return spoken{unknown: true}, nil
		default:
			return spoken{unknown: true}, fmt.Errorf("the error %s", code)
		}
	}
	var body struct {
		Data struct{ Do json.RawMessage }
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return got, err
	}
	var do struct {
		spokenRecord
		Client     *spokenRecord
		Clients    []spokenRecord
		Count      int
		UserErrors []struct{ Code string }
	}
	if err := json.Unmarshal(body.Data.Do, &do); err != nil {
		return got, err
	}
	if do.Count != len(do.Clients) {
		return got, fmt.Errorf("a count of %d with %d clients", do.Count, len(do.Clients))
	}
	got.record, got.records = do.Client, do.Clients
	if do.ClientID != "" {
		got.record = &do.spokenRecord
	}
	if len(do.UserErrors) > 0 {
		got.code = do.UserErrors[0].Code
	}
	return got, nil
}

// of is the answer as the model tells it. Ids that are new are learned from it.
func (s spoken) of(p *play, d deed) told {
	got := told{unknown: s.unknown, code: s.code}
	if s.record != nil {
		got.person = person{version: s.record.Version, deleted: s.record.Deleted, city: s.record.City}
		p.learn(d.slot, *s.record)
	}
	for _, record := range s.records {
		slot, _ := strconv.Atoi(strings.TrimPrefix(record.FirstName, slotName(0)[:5]))
		p.learn(slot, record)
		got.people[slot] = person{version: record.Version, deleted: record.Deleted, city: record.City}
	}
	for _, record := range s.records {
		slot, _ := strconv.Atoi(strings.TrimPrefix(record.FirstName, slotName(0)[:5]))
		for _, subject := range record.SubjectIDs {
			got.people[slot].subjects |= 1 << p.slotOf(subject)
		}
	}
	return got
}

func (p *play) learn(slot int, record spokenRecord) {
	p.ids[slot].Store(&record.ClientID)
	p.seen[slot].Store(record.Version)
}

func (p *play) slotOf(clientID string) int {
	for slot := range slots {
		if id := p.ids[slot].Load(); id != nil && *id == clientID {
			return slot
		}
	}
	return slots + 1 // A bit that no model has.
}
