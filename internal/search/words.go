package search

import (
	"slices"
	"strings"
	"unicode"

	"clientgraph/internal/client"
)

// Typeahead is a search as you type: words that must each be in the name, the e-mail
// address or a phone number, in any order.
type Typeahead []part

// part is a word, or several words that are one phone number.
type part struct {
	words []Term
	// digits are the digits of all words, if they may be a phone number.
	digits string
}

// maxPartKeys is how many parts, the rarest ones, are looked up in the index. The others
// are looked for in the clients that these find.
const maxPartKeys = 3

// NewTypeahead parses a search; ok is false for a blank one, which is no condition. It is
// nil for a search without a readable character, which finds no clients.
func NewTypeahead(search string) (t Typeahead, ok bool) {
	if strings.TrimSpace(search) == "" {
		return nil, false
	}
	words := strings.FieldsFunc(extension.ReplaceAllString(Normalise(search), "$1 "), func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	if signs := slices.DeleteFunc(slices.Clone(words), isPunctuation); len(signs) > 0 {
		// A dash between two names does not belong to either word.
		words = signs
	}
	for len(words) > 0 {
		count := 1
		for count < len(words) && isNumeric(words[count-1]) && isNumeric(words[count]) {
			count++
		}
		t = append(t, parts(words[:count])...)
		words = words[count:]
	}
	// The most selective first.
	slices.SortStableFunc(t, func(a, b part) int { return a.commonness() - b.commonness() })
	return t, true
}

// parts returns one part if the words may be one phone number, otherwise a part for each
// word.
func parts(words []string) []part {
	all := make([]part, len(words))
	number := part{digits: searchedDigits(strings.Join(words, " "))}
	for i, word := range words {
		t := Term{text: word, digits: searchedDigits(word)}
		all[i] = part{words: []Term{t}, digits: t.digits}
		number.words = append(number.words, t)
	}
	if number.digits == "" {
		return all
	}
	return []part{number}
}

// isNumeric says whether a word may be a part of a phone number.
func isNumeric(word string) bool {
	return strings.Trim(word, "0123456789+-()./") == "" && strings.ContainsAny(word, "0123456789")
}

func isPunctuation(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPunct(r) })
}

// commonness ranks parts by how many clients are likely to have them.
func (p part) commonness() int {
	if runes := []rune(p.words[0].text); p.digits == "" && len(runes) >= gramLength {
		_, weight := rarest(keyTrigram, runes)
		return weight
	}
	if p.digits != "" {
		_, weight := rarest(keyDigits, []rune(p.digits))
		return weight
	}
	// One or two letters match only where a word begins.
	return 100 - len(p.words[0].text)
}

// Keys returns, for each of the rarest parts, a list of search keys. Every match has at
// least one key of each list.
func (t Typeahead) Keys() [][]string {
	var lists [][]string
	for _, p := range t[:min(len(t), maxPartKeys)] {
		keys := p.words[0].Keys()
		if p.digits != "" {
			key, _ := rarest(keyDigits, []rune(p.digits))
			keys = append(keys, key, bucket(key))
		}
		lists = append(lists, client.Unique(keys))
	}
	return lists
}

// Finds says whether the client matches.
func (t Typeahead) Finds(c *client.Client) bool {
	var texts []string
	for _, text := range []*string{c.FullName(), c.EmailAddress} {
		if text != nil {
			texts = append(texts, Normalise(*text))
		}
	}
	missing := func(p part) bool {
		if (Term{digits: p.digits}).called(c) {
			return false
		}
		return slices.ContainsFunc(p.words, func(word Term) bool {
			return !slices.ContainsFunc(texts, word.in) && !word.called(c)
		})
	}
	return len(t) > 0 && !slices.ContainsFunc(t, missing)
}

// SearchKeysBefore returns keys for a business whose clients may have keys of the first
// version of the rules, if these differ: a client that matches has a key of each list, in
// either version.
func (t Typeahead) SearchKeysBefore(search string) [][]string {
	before := normaliseBefore(search)
	if before == "" || before == Normalise(search) {
		return nil
	}
	lists := t.Keys()
	for i, p := range t[:len(lists)] {
		for _, word := range strings.Fields(before) {
			if Normalise(word) == p.words[0].text {
				lists[i] = client.Unique(append(lists[i], Term{text: word}.Keys()...))
			}
		}
	}
	return lists
}
