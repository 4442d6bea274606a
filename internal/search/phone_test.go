package search

import (
	"strings"
	"testing"

	"clientgraph/internal/client"
)

// keyed is a client with keys, of those phone numbers.
func keyed(region string, phones ...string) *client.Client {
	c := &client.Client{Lifecycle: client.Live}
	for i, place := range []**string{&c.CellPhone, &c.HomePhone, &c.BusinessPhone} {
		if i < len(phones) {
			*place = &phones[i]
		}
	}
	NewIndexer(nil, region).Prepare(c)
	return c
}

func calls(t *testing.T, c *client.Client, search string) bool {
	t.Helper()
	term, ok := NewTerm(search)
	if !ok {
		t.Fatalf("%q is blank", search)
	}
	found := term.called(c)
	if key, _ := rarest(keyDigits, []rune(term.digits)); found && !anyOf(c.IndexKeys, []string{key}) {
		t.Errorf("%q calls %q, and their keys don't meet", search, c.PhoneSpellings)
	}
	return found
}

// A number is found in every usual spelling, whatever was stored: each row's
// spellings are one number of the region.
func TestPhonesAreFoundInEverySpelling(t *testing.T) {
	for _, number := range []struct {
		region    string
		spellings []string
		// parts find the number and are none themselves.
		parts []string
	}{
		{"GB", []string{"+44 7700 900456", "07700 900456", "0044 7700 900456", "+447700900456", "+44 (0)7700 900456", "7700 900456", "(07700) 900-456"}, []string{"0770", "900 456", "456", "00456", "+44 77"}},
		{"US", []string{"+1 212 555 0147", "(212) 555-0147", "212.555.0147", "1 212 555 0147", "001 212 555 0147", "011 1 212 555 0147", "2125550147"}, []string{"555-0147", "0147", "147", "(212"}},
		{"DE", []string{"+49 30 901820", "030 901820", "0049 30 901820", "030/901820", "+49 (0)30 901820"}, []string{"901820", "820", "030 90"}},
		{"FR", []string{"+33 6 12 34 56 78", "06 12 34 56 78", "0033612345678", "06.12.34.56.78", "612345678"}, []string{"56 78", "678", "06 12"}},
		// Italian numbers keep their zero from abroad.
		{"IT", []string{"+39 06 6982 1234", "06 6982 1234", "0039 06 69821234", "06/69821234"}, []string{"1234", "234", "6982"}},
		{"AR", []string{"+54 9 11 2345-6789", "011 15-2345-6789", "0054 9 11 2345 6789"}, []string{"2345-6789", "11 2345 6789", "15-2345-6789", "+54 11 2345-6789", "6789", "789"}},
		{"MX", []string{"+52 222 123 4567", "222 123 4567", "+52 1 222 123 4567", "044 222 123 4567", "01 222 123 4567", "0052 222 123 4567"}, []string{"123 4567", "567"}},
		{"BR", []string{"+55 11 96123-4567", "(11) 96123-4567", "011 96123-4567", "0055 11 961234567"}, []string{"96123-4567", "4567", "567"}},
		{"RU", []string{"+7 912 345-67-89", "8 (912) 345-67-89", "8 912 3456789", "007 912 345 67 89", "810 7 912 345 67 89", "912 345 67 89"}, []string{"67-89", "789", "8 912"}},
		{"JP", []string{"+81 90-1234-5678", "090-1234-5678", "010 81 90 1234 5678", "0081 90 1234 5678", "０９０－１２３４－５６７８"}, []string{"1234-5678", "678", "090"}},
		{"IN", []string{"+91 81234 56789", "081234 56789", "81234 56789", "0091 8123456789", "८१२३४ ५६७८९"}, []string{"56789", "789"}},
		{"AU", []string{"+61 412 345 678", "0412 345 678", "0011 61 412 345 678", "0061 412 345 678"}, []string{"345 678", "678", "0412"}},
		{"IL", []string{"+972 50-234-5678", "050-234-5678", "00972 50 234 5678"}, []string{"234-5678", "678", "050"}},
		{"SE", []string{"+46 70 123 45 67", "070-123 45 67", "0046701234567", "+46 (0)70 123 45 67"}, []string{"123 45 67", "567", "070"}},
		{"HU", []string{"+36 20 123 4567", "06 20 123 4567", "0036 20 123 4567", "(06-20) 123-4567"}, []string{"123 4567", "567", "06 20"}},
		// A number from abroad in each region.
		{"US", []string{"+44 7700 900456", "011 44 7700 900456", "0044 7700 900456", "+44 (0)7700 900456"}, []string{"900456", "07700 900456", "456"}},
		{"GB", []string{"+1 212 555 0147", "001 212 555 0147"}, []string{"212 555 0147", "(212) 555-0147", "147"}},
	} {
		for _, stored := range number.spellings {
			c := keyed(number.region, stored)
			for _, search := range append(number.spellings, number.parts...) {
				if !calls(t, c, search) {
					t.Errorf("%s: %q is not found by %q: %q", number.region, stored, search, c.PhoneSpellings)
				}
			}
			for _, search := range []string{"999 888 777", "+44 7700 900457", "(212) 555-0148"} {
				if calls(t, c, search) {
					t.Errorf("%s: %q is found by %q: %q", number.region, stored, search, c.PhoneSpellings)
				}
			}
			if len(c.IndexKeys) > 100 {
				t.Errorf("%q has %d keys", stored, len(c.IndexKeys))
			}
		}
		for _, other := range number.spellings[1:] {
			if !NewIndexer(nil, number.region).SamePhone(number.spellings[0], other) {
				t.Errorf("%s: %q and %q are not one number to a merge", number.region, number.spellings[0], other)
			}
			a, b := keyed(number.region, number.spellings[0]).IdentityKeys, keyed(number.region, other).IdentityKeys
			if len(a) != 1 || len(b) != 1 || a[0] != b[0] {
				t.Errorf("%s: %q and %q have the identities %q and %q", number.region, number.spellings[0], other, a, b)
			}
		}
	}
}

// What stands around a number changes nothing, stored or searched.
func TestMarksAroundANumberChangeNothing(t *testing.T) {
	const number = "+447700900456"
	for _, marked := range []string{
		"\u202a+44 7700 900456\u202c", "\u202d07700 900456\u202c", "07700 900456;", "07700 900456 ,", "\u200e07700\u00a0900456",
		"07700 900456 x123", "07700 900456 ext. 5", "07700 900456, ext 5", "07700 900456;ext=5", "07700 900456 #12", "tel:+44-7700-900456",
		"07700‑900456", "07700–900456", "０７７００ ９００４５６", "+44\u206a7700900456", " (07700) 900456 ",
	} {
		c := keyed("GB", marked)
		if strings.Join(c.IdentityKeys, "") != KeyPhone+number {
			t.Errorf("%+q has the identity %q", marked, c.IdentityKeys)
		}
		for _, search := range []string{number, "07700 900456", "900456", marked} {
			if !calls(t, c, search) {
				t.Errorf("%+q is not found by %+q", marked, search)
			}
		}
		if !calls(t, keyed("GB", number), marked) {
			t.Errorf("%+q does not find %s", marked, number)
		}
	}
}

// A text may have several numbers, and what is none is found by its digits.
func TestNumbersBesideOthers(t *testing.T) {
	both := keyed("GB", "07700 900456 / 020 7946 0123")
	for _, search := range []string{"+44 7700 900456", "+442079460123", "020 7946 0123"} {
		if !calls(t, both, search) {
			t.Errorf("%q is not found", search)
		}
	}
	if len(both.IdentityKeys) != 2 {
		t.Errorf("the identities are %q", both.IdentityKeys)
	}
	for _, none := range []string{"ask for 12345", "0000 000000", "12345", "1-2-3-4-5", "", "+"} {
		c := keyed("GB", none)
		if len(c.IdentityKeys) != 0 {
			t.Errorf("%q is the number %q", none, c.IdentityKeys)
		}
	}
	if !calls(t, keyed("GB", "ask for 12345"), "2345") {
		t.Error("what is no number is not found by its digits")
	}
}

// Two lines of one switchboard are one telephone to duplicates and two to a merge,
// which loses neither.
func TestExtensionsAreLinesOfTheirOwn(t *testing.T) {
	indexer := NewIndexer(nil, "GB")
	for _, one := range []struct {
		a, b string
		same bool
	}{
		{"020 7946 0123 x1", "+44 20 7946 0123 ext. 1", true},
		{"020 7946 0123 x1", "020 7946 0123 x2", false},
		{"020 7946 0123 x1", "020 7946 0123", false},
		{"020 7946 0123", "020 7946 0124", false},
		{"call Ann", "call Ann ", true},
		{"call Ann", "call Bob", false},
		{"12345", "1 2345", false},
	} {
		if indexer.SamePhone(one.a, one.b) != one.same {
			t.Errorf("%q and %q: want them the same: %v", one.a, one.b, one.same)
		}
	}
}
