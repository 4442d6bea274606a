package sample

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// locale has the names and patterns for people of one language and country. Names have
// the form name, name/ascii or name/ascii/feminine: ascii is the form in e-mail
// addresses, if it is more than leaving out accents; feminine is a woman's family name,
// if it differs.
type locale struct {
	// tag is a BCP 47 tag.
	tag     string
	country string
	// weight is the share of the locale.
	weight int
	order  nameOrder
	cities []city
	// phones and streets are patterns; see fill.
	phones  []string
	streets []string
	female  string
	male    string
	family  string
	notes   []string
	drinks  []string
}

type city struct {
	name  string
	state string
	// zip is a pattern; see fill.
	zip                 string
	zone                string
	latitude, longitude float64
}

// nameOrder is how a language combines given name and family name.
type nameOrder int

const (
	// givenFirst is the order that fullName derives.
	givenFirst nameOrder = iota
	familyFirst
	// familyFirstClosed writes both as one word.
	familyFirstClosed
)

// name is a name as written and as in an e-mail address.
type name struct {
	text, feminine, ascii string
}

// people is a locale with its names parsed.
type people struct {
	*locale
	givenNames  [2][]name
	familyNames []name
}

// Indexes of people.givenNames.
const (
	female = iota
	male
)

// census returns the locales, each as often as its weight.
func census() []*people {
	var all []*people
	for _, table := range [][]locale{americanLocales, europeanLocales, middleEasternLocales, asianLocales} {
		for i := range table {
			l := &table[i]
			p := &people{locale: l, familyNames: names(l.family)}
			p.givenNames[female], p.givenNames[male] = names(l.female), names(l.male)
			for range l.weight {
				all = append(all, p)
			}
		}
	}
	return all
}

func names(words string) []name {
	var all []name
	for word := range strings.FieldsSeq(words) {
		parts := strings.SplitN(word, "/", 3)
		n := name{text: parts[0], feminine: parts[0]}
		if len(parts) > 1 {
			n.ascii = parts[1]
		} else {
			n.ascii = plain(parts[0])
		}
		if len(parts) > 2 {
			n.feminine = parts[2]
		}
		all = append(all, n)
	}
	return all
}

// plain removes accents, apostrophes and hyphens from a Latin name.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
}
