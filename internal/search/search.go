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

// Searching works in two steps. Every client carries search keys: pieces of its
// searchable texts, as strings that an index finds by equality. A term's rarest
// piece finds candidates; then the term is looked for in the candidates' texts
// themselves, so that what is answered is exact.
//
// Terms of three letters and more are found anywhere in a text, by trigrams.
// Shorter ones are found where a word begins. Digits are found in all usual
// spellings of a phone number, whatever stands between them there. A decimal digit
// of any script is its value.

// Prefixes of search keys by kind.
const (
	keyTrigram = "g:"
	keyStart   = "w:"
	keyDigits  = "d:"
	keyBucket  = "b:"
)

const (
	gramLength = 3
	// maxSearchKeys bounds what one client puts into the index. A client with
	// more pieces has them hashed into that many buckets: found all the same, in
	// company.
	maxSearchKeys = 512
	// minDigits is how many digits look like a part of a phone number.
	minDigits = 3
	// MaxSearch bounds the characters of a term, for normalising them takes its
	// time.
	MaxSearch = 10_000
	// MaxSearchSum bounds all values of a report's fieldFilters together.
	MaxSearchSum = 30_000
	// maxApart is how many characters one may stand for on average: a syllable of
	// Hangul stands for two or three letters, and a ligature for up to eighteen.
	maxApart = 3
	// The syllables of Hangul: of each that is two letters, and of that with each
	// letter that may end it, one after the other (The Unicode Standard, 3.12).
	hangulFirst, hangulLast = '\uac00', '\ud7a3'
	hangulFinals            = 28
)

// CheckSearch bounds what texts together take to be normalised. Error: TOO_LONG.
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
				// A rule takes these apart; Decomposition knows tables alone. To
				// normalise each character instead takes ten times as long.
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

// Term is what somebody searches for.
type Term struct {
	text   string
	digits string
	// None is a term of nothing that can be read: it matches nothing.
	None bool
}

// NewTerm reads a term; ok is false for a blank one, which is no condition.
func NewTerm(search string) (t Term, ok bool) {
	if strings.TrimSpace(search) == "" {
		return Term{}, false
	}
	t.text = Normalise(search)
	t.None = t.text == ""
	t.digits = searchedDigits(t.text)
	return t, true
}

// Keys are the search keys of which every match has one; nil when there can be
// no match.
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

// rarest is the term's piece that the fewest clients are likely to have, and how
// common that is.
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

// commonness ranks letters by how often names and notes have them, roughly and
// for the alphabets where a trigram says little.
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

// in says whether the term is in a text in search form.
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

// called says whether the term's digits are in a spelling of one of the client's
// phone numbers. PhoneSpellings must be loaded, and the numbers themselves: whoever
// has no spellings yet is called by its digits as they stand.
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

// searchKeys are the client's pieces for the index. PhoneSpellings must be there.
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

// pieces are search keys, written one behind the other: a client has hundreds, which are
// parts of one string in the end.
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

// each are the pieces, ascending and each once.
func (p *pieces) each() []string {
	text, begin := string(p.text), 0
	keys := make([]string, len(p.ends))
	for i, end := range p.ends {
		keys[i], begin = text[begin:end], end
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// bucket is the key that stands for another one in a client with too many.
func bucket(key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // It never fails.
	return keyBucket + strconv.Itoa(int(h.Sum32()%maxSearchKeys))
}

// searchableTexts are all texts that any search looks into: full name, each
// property that a custom field may stand for, custom values, notes.
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

// phones are the numbers by which the client is reached, and those by which it was
// before others were merged into it.
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

// Found says whether the term is in what a report searches: custom values,
// notes and phone numbers, as far as the role may read them.
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
