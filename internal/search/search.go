package search

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
)

// A search has two steps. Every client has search keys: pieces of its searchable texts,
// which an index finds by equality. A term's rarest piece finds candidates; then the term
// is looked for in the candidates' texts, so that the result is exact.
//
// Terms of three or more letters are found anywhere in a text, by trigrams. Shorter ones
// are found where a word begins. Digits are found in all usual spellings of a phone
// number, whatever separates them. Decimal digits of all scripts are equal.

// Prefixes of search keys by kind.
const (
	keyTrigram = "g:"
	keyStart   = "w:"
	keyDigits  = "d:"
	keyBucket  = "b:"
)

const (
	gramLength = 3
	// maxSearchKeys bounds the search keys of one client. If there are more, they are
	// hashed into that many buckets: the client is still found, with more false
	// candidates.
	maxSearchKeys = 512
	// minDigits is the least number of digits that is treated as a part of a phone
	// number.
	minDigits = 3
	// MaxSearch bounds the characters of a term, because normalising takes time.
	MaxSearch = 10_000
	// MaxSearchSum bounds all values in a report's fieldFilters together.
	MaxSearchSum = 30_000
	// maxApart bounds the letters for one character on average: a Hangul syllable
	// decomposes into two or three letters, a ligature into up to eighteen.
	maxApart = 3
	// The Hangul syllables: each one with two letters is followed by those with a further
	// letter (The Unicode Standard, 3.12).
	hangulFirst, hangulLast = '\uac00', '\ud7a3'
	hangulFinals            = 28
)

// CheckSearch bounds the work of normalising texts. Error: TOO_LONG.
func CheckSearch(bound int, texts ...string) *client.Error {
	typed, apart := 0, 0
	over := func() bool { return typed > bound || apart > maxApart*bound }
	for _, text := range texts {
		typed += utf8.RuneCountInString(text)
		for i, r := range text {
			if over() {
				break
			}
			apart++
			switch {
			case hangulFirst <= r && r <= hangulLast:
				// Hangul is decomposed by a rule, which Decomposition does not know.
				// Normalising each character instead takes ten times as long.
				apart++
				if (r-hangulFirst)%hangulFinals != 0 {
					apart++
				}
			case r >= utf8.RuneSelf:
				apart += max(utf8.RuneCount(norm.NFKD.PropertiesString(text[i:]).Decomposition()), 1) - 1
			}
		}
	}
	if over() {
		return &client.Error{Code: client.CodeTooLong, Message: fmt.Sprintf("want at most %d characters altogether, fewer if there are ligatures that stand for many letters", bound)}
	}
	return nil
}

// Term is a search term.
type Term struct {
	text   string
	digits string
	// None says that the term has no readable character: it matches nothing.
	None bool
}

// NewTerm parses a term; ok is false for a blank one, which is no condition.
func NewTerm(search string) (t Term, ok bool) {
	if strings.TrimSpace(search) == "" {
		return Term{}, false
	}
	t.text = Normalise(search)
	t.None = t.text == ""
	t.digits = searchedDigits(t.text)
	return t, true
}

// Keys returns search keys. Every match has at least one of them. It returns nil if
// nothing can match.
func (t Term) Keys() []string {
	if t.None {
		return nil
	}
	runes := []rune(t.text)
	var keys []string
	if len(runes) < gramLength {
		keys = append(keys, keyStart+t.text)
	} else {
		key, _ := rarest(keyTrigram, runes)
		keys = append(keys, key)
	}
	if t.digits != "" {
		key, _ := rarest(keyDigits, []rune(t.digits))
		keys = append(keys, key)
	}
	for _, key := range slices.Clone(keys) {
		keys = append(keys, bucket(key))
	}
	return keys
}

// rarest returns the term's piece that the fewest clients are likely to have, and its
// commonness.
func rarest(kind string, runes []rune) (best string, least int) {
	least = -1
	for i := 0; i+gramLength <= len(runes); i++ {
		weight := 0
		for _, r := range runes[i : i+gramLength] {
			weight += commonness(r)
		}
		if least < 0 || weight < least {
			best, least = kind+string(runes[i:i+gramLength]), weight
		}
	}
	return best, least
}

// commonness ranks letters roughly by their frequency in names and notes, for alphabets
// in which a trigram is not very selective.
func commonness(r rune) int {
	switch {
	case r == ' ' || strings.ContainsRune("aeinor", r):
		return 8
	case strings.ContainsRune("lstmdcu", r):
		return 5
	case 'a' <= r && r <= 'z':
		return 2
	case '0' <= r && r <= '9':
		return 3
	case r < 0x80:
		return 4
	}
	return 1
}

// Matches says whether the term is in a text.
func (t Term) Matches(text string) bool {
	return !t.None && t.in(Normalise(text))
}

// in says whether the term is in a normalised text.
func (t Term) in(normal string) bool {
	if len([]rune(t.text)) >= gramLength {
		return strings.Contains(normal, t.text)
	}
	runes := []rune(normal)
	for _, i := range starts(runes) {
		if strings.HasPrefix(string(runes[i:min(i+gramLength, len(runes))]), t.text) {
			return true
		}
	}
	return false
}

// called says whether the term's digits are in a spelling of one of the client's phone
// numbers. PhoneSpellings and the numbers must be loaded: a client without spellings is
// searched by the digits of its numbers.
func (t Term) called(c *client.Client) bool {
	if t.digits == "" {
		return false
	}
	in := func(spelling string) bool { return strings.Contains(spelling, t.digits) }
	if c.PhoneSpellings != nil {
		return slices.ContainsFunc(c.PhoneSpellings, in)
	}
	return slices.ContainsFunc(phones(c), func(phone string) bool { return in(digits(phone)) })
}

// searchKeys returns the client's search keys. PhoneSpellings must be set.
func searchKeys(c *client.Client) []string {
	var pieces pieces
	for _, text := range searchableTexts(c) {
		runes := []rune(Normalise(text))
		for i := 0; i+gramLength <= len(runes); i++ {
			pieces.add(keyTrigram, runes[i:i+gramLength]...)
		}
		for _, i := range starts(runes) {
			pieces.add(keyStart, runes[i])
			if i+2 <= len(runes) && runes[i+1] != ' ' {
				pieces.add(keyStart, runes[i:i+2]...)
			}
		}
	}
	for _, number := range c.PhoneSpellings {
		runes := []rune(number)
		for i := 0; i+gramLength <= len(runes); i++ {
			pieces.add(keyDigits, runes[i:i+gramLength]...)
		}
	}
	keys := pieces.each()
	if len(keys) <= maxSearchKeys {
		return keys
	}
	for i, key := range keys {
		keys[i] = bucket(key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// pieces collects search keys in one string, because a client has hundreds.
type pieces struct {
	text []byte
	ends []int
}

func (p *pieces) add(kind string, runes ...rune) {
	p.text = append(p.text, kind...)
	for _, r := range runes {
		p.text = utf8.AppendRune(p.text, r)
	}
	p.ends = append(p.ends, len(p.text))
}

// each returns the search keys, sorted and without duplicates.
func (p *pieces) each() []string {
	text, begin := string(p.text), 0
	keys := make([]string, len(p.ends))
	for i, end := range p.ends {
		keys[i], begin = text[begin:end], end
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// bucket returns the bucket of a key, for a client with too many keys.
func bucket(key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // It never fails.
	return keyBucket + strconv.Itoa(int(h.Sum32()%maxSearchKeys))
}

// searchableTexts returns all texts that any search looks into: full name, each property
// that a custom field may stand for, custom values, notes.
func searchableTexts(c *client.Client) []string {
	var texts []string
	add := func(text *string) {
		if text != nil {
			texts = append(texts, *text)
		}
	}
	add(c.FullName())
	for i := range client.Properties() {
		if p := &client.Properties()[i]; p.Mappable() && !p.Is(client.Phone) {
			texts = append(texts, client.TextOf(p.Value(c)))
		}
	}
	for _, value := range c.FieldValues {
		texts = append(texts, client.TextOf(value.Value))
	}
	add(c.Notes)
	return append(texts, c.AlertNotes...)
}

// phones returns the client's phones, including those of clients merged into it.
func phones(c *client.Client) []string {
	var phones []string
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if !p.Is(client.Phone) {
			continue
		}
		own, _ := p.Value(c).(string)
		phones = append(phones, c.Known(p.Name, &own)...)
	}
	return phones
}

// Found says whether the term is in custom values, notes or phone numbers that the role
// may read.
func (t Term) Found(c *client.Client, definitions client.Definitions, role client.Role) bool {
	for _, field := range client.Filled(definitions.Fields(c)) {
		if p := field.Definition.Property(); p != nil && p.Is(client.Phone) {
			continue
		}
		if t.Matches(client.TextOf(field.Value)) {
			return true
		}
	}
	if t.called(c) {
		return true
	}
	if role == client.RoleClient {
		return false
	}
	return (c.Notes != nil && t.Matches(*c.Notes)) || slices.ContainsFunc(c.AlertNotes, t.Matches)
}
