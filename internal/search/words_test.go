package search

import (
	"fmt"
	"strings"
	"testing"

	"clientgraph/internal/client"
)

// person is a client of those values, with keys.
func person(name, email string, phones ...string) *client.Client {
	c := keyed("GB", phones...)
	c.StoredFullName, c.EmailAddress = &name, &email
	NewIndexer(nil, "GB").Prepare(c)
	return c
}

// finds says whether a search finds a client, by the keys and in its texts.
func finds(c *client.Client, search string) bool {
	typed, ok := NewTypeahead(search)
	if !ok || typed == nil {
		return !ok
	}
	for _, keys := range typed.Keys() {
		if !anyOf(c.IndexKeys, keys) {
			return false
		}
	}
	return typed.Finds(c)
}

// Each word of a search is found in the name, the address or a phone number, in
// any order; words that are one number are one.
func TestWordsAreFoundInAnyOrder(t *testing.T) {
	marg := person("Marguerite Vandenbroucke", "m.vdb@example.com", "+44 7700 900456", "020 7946 0123")
	for search, found := range map[string]bool{
		"vand marg":                      true,
		"Marguerite Vandenbroucke":       true,
		"vandenbroucke, marguerite":      true,
		"broucke guer":                   true,
		"ma va":                          true,
		"va m":                           true,
		"an ar":                          false,
		"marg vand smith":                false,
		"vdb marg":                       true,
		"m.vdb@example.com marg":         true,
		"marg 07700":                     true,
		"0770 vand":                      true,
		"marg 07700 900456":              true,
		"07700 900456":                   true,
		"07700 900456 marg":              true,
		"+44 7700 900 456":               true,
		"(07700) 900-456 vand":           true,
		"07700 900456 x123":              true,
		"marg 07700 900456 ext. 5":       true,
		"marg +44 (0)7700 900456":        true,
		"456 123":                        true,
		"0123 0770":                      true,
		"marg 07700 900457":              false,
		"900456 07700":                   true,
		"marg - vand":                    true,
		"marg & vand":                    true,
		"marg 77":                        false,
		"MARG\u00a0VAND":                 true,
		strings.Repeat("marg vand ", 20): true,
		" ":                              true,
		"-":                              false,
		"\u0301":                         false,
	} {
		if finds(marg, search) != found {
			t.Errorf("%q: want it to find: %v", search, found)
		}
	}
	studio := person("Studio 54 Nr. 1203 이영숙", "hello@54.example")
	for search, found := range map[string]bool{
		"54 studio": true, "studio 54": true, "1203 54": true, "54 1203": true, "5 studio": true, "203 studio": true,
		"숙 studio": true, "영숙 1203": true, "55 studio": false, "54 999": false,
	} {
		if finds(studio, search) != found {
			t.Errorf("%q: want it to find %s: %v", search, *studio.FullName(), found)
		}
	}
}

// However a client's words are put, it is found by the index keys whenever its
// texts have them.
func TestWordsAreLookedUpByTheRarest(t *testing.T) {
	for search, first := range map[string]string{
		"a vandenbroucke": keyTrigram, "zzz aaa": keyTrigram + "zzz", "xyz 123": keyTrigram + "xyz", "an 0770": keyDigits, "b an": keyStart + "an",
	} {
		typed, _ := NewTypeahead(search)
		if lists := typed.Keys(); !strings.Contains(fmt.Sprint(lists[0]), first) {
			t.Errorf("%q is looked up by %q first, want %s", search, lists[0], first)
		}
	}
	typed, _ := NewTypeahead(strings.Repeat("abc def ghi jkl ", 50))
	if lists := typed.Keys(); len(lists) > maxPartKeys {
		t.Errorf("%d lists are looked up", len(lists))
	}
}
