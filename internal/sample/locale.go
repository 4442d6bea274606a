package sample

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// locale is what made-up people of one language and country are made of. Names
// are words of the form name, name/ascii or name/ascii/feminine: ascii is for
// the e-mail address, where leaving out the accents does not give it; feminine
// is the family name of a woman, where it differs.
type locale struct {
	// tag is a BCP 47 tag.
	tag     string
	country string
	// weight is the locale's share among all of them.
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

// nameOrder is how a language joins given name and family name.
type nameOrder int

const (
	// givenFirst is the order that the client's full name has by itself.
	givenFirst nameOrder = iota
	familyFirst
	// familyFirstClosed writes both as one word.
	familyFirstClosed
)

// name is a name as written and as it stands in an e-mail address.
type name struct {
	text, feminine, ascii string
}

// people is a locale with its names read.
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

// census is the locales, each as often as its weight says.
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

// plain leaves out of a Latin name all that is no letter: accents, apostrophes,
// hyphens.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
}
