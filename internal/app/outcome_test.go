package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// outcome is an answer as it is written.
type outcome struct {
	unknown bool
	code    string
	record  *answeredRecord
	records []answeredRecord
	merge   int64
	erased  []string
}

type answeredRecord struct {
	ClientID   string   `json:"clientId"`
	FirstName  string   `json:"firstName"`
	Version    int64    `json:"version"`
	Deleted    bool     `json:"deleted"`
	City       string   `json:"city"`
	SubjectIDs []string `json:"clientIdsClientCanView"`
	Viewers    []struct {
		ClientID string `json:"clientId"`
	} `json:"viewByClients"`
}

// readOutcome reads an answer. The codes that ask for another try leave it unknown.
func readOutcome(a answer) (outcome, error) {
	var got outcome
	for _, e := range a.Errors {
		switch code, _ := e.Extensions["code"].(string); code {
		case "UNAVAILABLE", "TIMEOUT", "CANCELED", "TOO_MANY_REQUESTS", "OVERLOADED":
			return outcome{unknown: true}, nil
		default:
			return outcome{unknown: true}, fmt.Errorf("the error %s", code)
		}
	}
	var body struct {
		Data struct{ Do json.RawMessage }
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return got, err
	}
	var do struct {
		answeredRecord
		Client          *answeredRecord
		Clients         []answeredRecord
		Count           int
		MergeID         string
		ErasedClientIDs []string `json:"erasedClientIds"`
		UserErrors      []struct{ Code string }
	}
	if err := json.Unmarshal(body.Data.Do, &do); err != nil {
		return got, err
	}
	if do.Count != len(do.Clients) {
		return got, fmt.Errorf("a count of %d with %d clients", do.Count, len(do.Clients))
	}
	got.record, got.records, got.erased = do.Client, do.Clients, do.ErasedClientIDs
	if do.ClientID != "" {
		got.record = &do.answeredRecord
	}
	if do.MergeID != "" {
		var err error
		if got.merge, err = strconv.ParseInt(do.MergeID, 10, 64); err != nil {
			return got, err
		}
	}
	var refused []string
	for _, e := range do.UserErrors {
		refused = append(refused, e.Code)
	}
	got.code = codes(refused)
	return got, nil
}

// of is the answer as the model tells it. Ids that are new are learned from it.
func (s outcome) of(p *play, d deed) (told, error) {
	got := told{unknown: s.unknown, code: s.code, merge: s.merge}
	var errs []error
	if s.record != nil {
		if d.kind == deedCreate || d.kind == deedUpsert {
			errs = append(errs, p.name(d.slot, s.record.ClientID))
		}
		slot := p.slotOf(s.record.ClientID)
		got.person, got.of = s.record.person(), slot+1
		p.see(slot, s.record.Version)
	}
	for _, record := range s.records {
		slot := record.slot()
		errs = append(errs, p.name(slot, record.ClientID))
		got.people[slot] = record.person()
		p.see(slot, record.Version)
	}
	for _, record := range s.records {
		for _, subject := range record.SubjectIDs {
			got.people[record.slot()].subjects |= only(p.slotOf(subject))
		}
	}
	for _, id := range s.erased {
		got.erased |= only(p.slotOf(id))
	}
	if d.kind == deedSurvey {
		errs = append(errs, s.symmetric())
	}
	if got.merge != 0 {
		p.know(d, got.merge)
	}
	return got, errors.Join(errs...)
}

// symmetric wants each edge between clients that are not deleted to show at both
// its ends.
func (s outcome) symmetric() error {
	for _, one := range s.records {
		for _, other := range s.records {
			views := slices.Contains(other.SubjectIDs, one.ClientID)
			viewed := slices.ContainsFunc(one.Viewers, func(viewer struct {
				ClientID string `json:"clientId"`
			},
			) bool {
				return viewer.ClientID == other.ClientID
			})
			if !one.Deleted && !other.Deleted && views != viewed {
				return fmt.Errorf("client %s views %s: %v, and is among its viewers: %v", other.ClientID, one.ClientID, views, viewed)
			}
		}
	}
	return nil
}

func (r *answeredRecord) person() person {
	return person{version: r.Version, deleted: r.Deleted, city: r.City}
}

// slot is the one whose client has that name.
func (r *answeredRecord) slot() int {
	slot, _ := strconv.Atoi(strings.TrimPrefix(r.FirstName, slotPrefix))
	return slot
}

// name learns the id of a slot's client. Two of one name are one too many.
func (p *play) name(slot int, id string) error {
	if !p.ids[slot].CompareAndSwap(nil, &id) && *p.ids[slot].Load() != id {
		return fmt.Errorf("the clients %s and %s are both made for slot %d", *p.ids[slot].Load(), id, slot)
	}
	return nil
}

// see learns the version of a slot's client.
func (p *play) see(slot int, version int64) {
	if slot < slots {
		p.seen[slot].Store(version)
	}
}

// know learns the id of a merge.
func (p *play) know(d deed, merge int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.merges = append(p.merges, deed{kind: deedUnmerge, slot: d.slot, subjects: d.subjects, merge: merge})
}

func (p *play) slotOf(clientID string) int {
	for slot := range slots {
		if id := p.ids[slot].Load(); id != nil && *id == clientID {
			return slot
		}
	}
	return slots + 1 // A bit that no model has.
}
