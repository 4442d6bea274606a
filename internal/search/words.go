package search

import (
	"slices"
	"strings"
	"unicode"

	"clientgraph/internal/client"
)

// Typeahead is what somebody types to find a client: words, each of which is found in
// the name, the e-mail address or a phone number, in any order.
type Typeahead []part

// part is one word, or several that are one phone number together.
type part struct {
	words []Term
	// digits are those of all words, where they may be a phone number.
	digits string
}

// maxPartKeys is how many parts are looked up in the index: the rarest. The others
// are looked for in what these find.
const maxPartKeys = 3

// NewTypeahead reads what was typed; ok is false for what is blank, which is no
// condition. It is nil for what has nothing in it that can be read: nobody is
// found by that.
func NewTypeahead(search string) (t Typeahead, ok bool) {
	if strings.TrimSpace(search) == "" {
		return nil, false
	}
	words := strings.FieldsFunc(extension.ReplaceAllString(Normalise(search), "$1 "), func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	if signs := slices.DeleteFunc(slices.Clone(words), isPunctuation); len(signs) > 0 {
		// A dash between two names is no word of either.
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
	// Those that find the fewest first.
	slices.SortStableFunc(t, func(a, b part) int { return a.commonness() - b.commonness() })
	return t, true
}

// parts are one number, where those words may be one, or each word.
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
	// Where a word begins with one letter, or two.
	return 100 - len(p.words[0].text)
}

// Keys are, for the rarest parts, the search keys of which every match has one.
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

// Finds says whether the client is whom somebody typed of.
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

// SearchKeysBefore are keys for a business whose clients may have those of the first
// version of the rules, where that spells the search in another way: of one list
// each client that is found has a key, whichever version made it.
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
