package sample

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
)

var today = time.Date(2026, 3, 14, 15, 9, 26, 535_897_932, time.UTC)

func marshal(t *testing.T, clients []*client.Client) []byte {
	t.Helper()
	content, err := json.Marshal(clients)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestGenerateGivesTheSameClientsForTheSameSeed(t *testing.T) {
	for _, seed := range []uint64{0, 1, 1<<64 - 1} {
		first := marshal(t, Generate(seed, 5, 400, today))
		if !bytes.Equal(first, marshal(t, Generate(seed, 5, 400, today))) {
			t.Errorf("seed %d gives other clients the second time", seed)
		}
		if bytes.Equal(first, marshal(t, Generate(seed+1, 5, 400, today))) {
			t.Errorf("seeds %d and %d give the same clients", seed, seed+1)
		}
	}
}

func TestGenerateOfMoreBeginsWithTheSame(t *testing.T) {
	many := Generate(3, 5, 300, today)
	for _, n := range []int{0, 1, 2, 17, 150} {
		few := Generate(3, 5, n, today)
		if len(few) != n || !bytes.Equal(marshal(t, few), marshal(t, many[:n])) {
			t.Errorf("the first %d of 300 are not the %d", n, n)
		}
	}
}

func TestGeneratedClientsHaveNoIdsYet(t *testing.T) {
	for _, c := range Generate(1, 77, 500, today) {
		if c.ClientID != 0 || c.ClientAccountID != nil || c.SubjectIDs != nil || c.BusinessID != 77 || c.Version != 1 {
			t.Fatalf("client %d, account %v, subjects %v, business %d, version %d", c.ClientID, c.ClientAccountID, c.SubjectIDs, c.BusinessID, c.Version)
		}
	}
}

func TestGeneratedNamesAreInManyScripts(t *testing.T) {
	seen := map[string]int{}
	for _, c := range Generate(1, 5, 2_000, today) {
		for _, script := range scriptsOf(*c.FullName()) {
			seen[script]++
		}
	}
	want := []string{
		"Latin", "Greek", "Cyrillic", "Georgian", "Armenian", "Arabic", "Hebrew", "Ethiopic", "Devanagari",
		"Bengali", "Tamil", "Thai", "Han", "Hiragana", "Katakana", "Hangul",
	}
	for _, script := range want {
		if seen[script] == 0 {
			t.Errorf("nobody's name is in %s", script)
		}
	}
	if len(seen) < 12 {
		t.Errorf("%d scripts: %v", len(seen), seen)
	}
}

// scriptsOf lists the scripts of a text, but for those that all share.
func scriptsOf(text string) []string {
	var found []string
	for _, r := range text {
		for name, table := range unicode.Scripts {
			if name != "Common" && name != "Inherited" && unicode.Is(table, r) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	return found
}

func TestAllTextsAreComposedAndCanBeShown(t *testing.T) {
	clients := append(Generate(2, 5, 2_000, today), reference(t).Clients...)
	for _, c := range clients {
		for _, text := range texts(c) {
			if !utf8.ValidString(text) || !norm.NFC.IsNormalString(text) {
				t.Errorf("%q is not in NFC", text)
			}
			for _, r := range text {
				if unicode.IsControl(r) || r == utf8.RuneError {
					t.Errorf("%q has the character %U", text, r)
				}
			}
		}
	}
}

// texts are all texts of a client, whatever part it is in.
func texts(c *client.Client) []string {
	var all []string
	for _, p := range client.Properties() {
		switch place := p.At(c).(type) {
		case **string:
			if *place != nil {
				all = append(all, **place)
			}
		case *[]string:
			all = append(all, *place...)
		case *[]client.FieldValue:
			for _, value := range *place {
				if text, ok := value.Value.(string); ok {
					all = append(all, text)
				}
			}
		}
	}
	return all
}

func TestGeneratedAddressesAreOfExampleDomains(t *testing.T) {
	shape := regexp.MustCompile(`^[a-z]+\.[a-z]+[0-9]+@example\.(com|org|net)$`)
	for _, c := range Generate(1, 5, 5_000, today) {
		if !shape.MatchString(*c.EmailAddress) {
			t.Errorf("%s", *c.EmailAddress)
		}
	}
}

// A number names its country, or is one of the business's own in the shape of
// the North American plan, out of the hundred that 555 keeps for fiction.
func TestGeneratedPhonesCanBeRead(t *testing.T) {
	abroad := regexp.MustCompile(`^\+[1-9][0-9]{8,13}$`)
	american := regexp.MustCompile(`^(\+1)?[2-9][0-9][2-9]55501[0-9]{2}$`)
	separators := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "")
	distinct := map[string]bool{}
	for _, c := range Generate(1, 5, 5_000, today) {
		for _, phone := range []*string{c.CellPhone, c.HomePhone, c.BusinessPhone, c.EmergencyContactPhone} {
			if phone == nil {
				continue
			}
			digits := separators.Replace(*phone)
			if !american.MatchString(digits) && (!abroad.MatchString(digits) || strings.HasPrefix(digits, "+1")) {
				t.Errorf("%s", *phone)
			}
			distinct[digits] = true
		}
	}
	if len(distinct) < 3_000 {
		t.Errorf("%d numbers for 5,000 clients: too many share one", len(distinct))
	}
}

func TestGeneratedShares(t *testing.T) {
	const n = 20_000
	deleted, blacklisted, blocked := 0, 0, 0
	for _, c := range Generate(1, 5, n, today) {
		deleted += count(c.Deleted())
		blacklisted += count(c.Status == client.StatusBlacklisted)
		blocked += count(c.Blocked)
	}
	for name, share := range map[string]struct{ got, percent int }{
		"deleted":     {deleted, 3},
		"blacklisted": {blacklisted, 2},
		"blocked":     {blocked, 1},
	} {
		// Four standard deviations are less than half a percent.
		if low, high := n*(2*share.percent-1)/200, n*(2*share.percent+1)/200; share.got < low || share.got > high {
			t.Errorf("%d of %d are %s, want about %d %%", share.got, n, name, share.percent)
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestGeneratedDatesAreInOrder(t *testing.T) {
	earliest := today.AddDate(-5, 0, -2)
	for _, c := range Generate(4, 5, 3_000, today) {
		created := *c.CreatedDate
		if created.Before(earliest) || created.After(today) || !created.Equal(created.Truncate(time.Millisecond)) || created.Location() != time.UTC {
			t.Errorf("created %v", created)
		}
		if c.CreatedUser == nil || (c.ModifiedDate == nil) != (c.ModifiedUser == nil) || (c.Deleted() && c.ModifiedDate == nil) {
			t.Errorf("created by %v, modified %v by %v, deleted %t", c.CreatedUser, c.ModifiedDate, c.ModifiedUser, c.Deleted())
		}
		if c.ModifiedDate != nil && (c.ModifiedDate.Before(created) || c.ModifiedDate.After(today)) {
			t.Errorf("created %v, modified %v", created, c.ModifiedDate)
		}
		for _, a := range c.Appointments {
			if a.ModifiedDate.After(today) {
				t.Errorf("appointment of %v modified %v", a.Start, a.ModifiedDate)
			}
			if ahead := a.Start.After(today); ahead != (a.Status == client.AppointmentOpen) && a.Status != client.AppointmentCancelled {
				t.Errorf("an appointment of %v is %s at %v", a.Start, a.Status, today)
			}
		}
	}
}

func TestGeneratedAppointmentsHaveIdsOfTheirOwn(t *testing.T) {
	both := append(Generate(0, 5, 3_000, today), Generate(1, 5, 3_000, today)...)
	checkAppointments(t, append(both, reference(t).Clients...))
}

func TestFieldValuesAreOfTheirDefinitionsTypes(t *testing.T) {
	dataset := reference(t)
	definitions := map[int64]client.FieldDefinition{}
	for _, d := range dataset.Definitions {
		definitions[d.DefinitionID] = d
	}
	for name, clients := range map[string][]*client.Client{
		"reference": dataset.Clients,
		"generated": Generate(6, 43111, 1_000, today),
	} {
		seen := map[client.FieldType]bool{}
		for _, c := range clients {
			last := int64(0)
			for _, value := range c.FieldValues {
				d, known := definitions[value.DefinitionID]
				if !known || d.PropertyCode != nil || value.DefinitionID <= last {
					t.Errorf("%s: a value of %d after %d", name, value.DefinitionID, last)
				}
				if last = value.DefinitionID; !fits(d, value.Value) {
					t.Errorf("%s: definition %d is a %s, its value %v a %T", name, last, d.Type, value.Value, value.Value)
				}
				seen[d.Type] = true
			}
		}
		if len(seen) != 5 {
			t.Errorf("%s: values of the types %v", name, seen)
		}
	}
}

func fits(d client.FieldDefinition, value any) bool {
	switch v := value.(type) {
	case float64:
		return d.Type == client.FieldNumber
	case bool:
		return d.Type == client.FieldBoolean
	case client.Date:
		return d.Type == client.FieldDate
	case string:
		return d.Type == client.FieldText || (d.Type == client.FieldChoice && slices.Contains(d.Choices, v))
	}
	return false
}

func TestOutcomesAreKnownByNow(t *testing.T) {
	g := &generator{Faker: chance(1, streamClients), now: today}
	booked := today.Add(-48 * time.Hour)
	for _, start := range []time.Time{booked, today.Add(-time.Minute), today, today.Add(time.Minute)} {
		for range 100 {
			if _, modified := g.outcome(booked, start); modified.After(today) || modified.Before(booked) {
				t.Fatalf("an appointment of %v was last changed at %v, now is %v", start, modified, today)
			}
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		Households(1, Generate(1, 43111, 100_000, today))
	}
}
