package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
)

// A phone number is stored as it was typed, and compared and searched by its
// meaning: the number that it is in the business's region or in the country that
// it names. Where it is none, its digits are all that it is compared by.

// callers' habits that the library's tables don't have.
const (
	callingCodeArgentina = 54
	callingCodeMexico    = 52
	// A mobile number of Argentina has this digit before its area in international
	// form; in national form it has none, or 15 behind its area.
	mobileArgentina = "9"
)

// beforeMexican are what was dialled before a Mexican number until 2019, and
// stands before many that were stored until then.
var beforeMexican = regexp.MustCompile(`^(?:0(?:1|44|45)|1)(\d{10})$`)

// betweenNumbers parts the numbers of a text that has several.
var betweenNumbers = regexp.MustCompile(`[/;,|\n]| or `)

// number is one phone number of a text.
type phoneNumber struct {
	// e164 is the number with its country, without an extension.
	e164, extension string
	countryCode     int
	national        string
	parsed          *phonenumbers.PhoneNumber
}

// line is the number with its extension: two of them are two lines.
func (n phoneNumber) line() string {
	if n.extension == "" {
		return n.e164
	}
	return n.e164 + ";ext=" + n.extension
}

// plainPhone is a text without what a copied number brings along: wide digits and
// those of other scripts, marks that can't be seen, typographic dashes, and
// whatever stands around it.
func plainPhone(text string) string {
	text = strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return plainDigit(plainMark(r))
	}, norm.NFKC.String(text))
	return strings.TrimFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '+' && r != '(' && r != '#'
	})
}

// phoneNumbers are the numbers in a text that are whole ones of the region or of
// the country that they name.
func (k *Indexer) phoneNumbers(text string) []phoneNumber {
	text = plainPhone(text)
	if n, ok := k.phoneNumberOf(text); ok {
		return []phoneNumber{n}
	}
	var numbers []phoneNumber
	if parts := betweenNumbers.Split(text, maxPhones+1); len(parts) > 1 && len(parts) <= maxPhones {
		for _, part := range parts {
			if n, ok := k.phoneNumberOf(plainPhone(part)); ok {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers
}

// maxPhones is how many numbers one text may have for each to be read: more are
// no telephone number but a note.
const maxPhones = 8

// phoneNumberOf reads one number. One digit over and over is none: it is what
// people type to get past a required field.
func (k *Indexer) phoneNumberOf(text string) (phoneNumber, bool) {
	parsed, err := k.parsePhone(text)
	if err != nil {
		return phoneNumber{}, false
	}
	n := phoneNumber{
		extension: parsed.GetExtension(), countryCode: int(parsed.GetCountryCode()),
		national: phonenumbers.GetNationalSignificantNumber(parsed), parsed: parsed,
	}
	if n.countryCode == callingCodeMexico {
		if today := beforeMexican.FindStringSubmatch(n.national); today != nil {
			n.national = today[1]
			if n.parsed, err = phonenumbers.Parse("+52"+n.national, k.settings.PhoneRegion); err != nil {
				return phoneNumber{}, false
			}
		}
	}
	if phonenumbers.IsPossibleNumberWithReason(n.parsed) != phonenumbers.IS_POSSIBLE || strings.Trim(n.national, n.national[:1]) == "" {
		return phoneNumber{}, false
	}
	n.e164 = phonenumbers.Format(n.parsed, phonenumbers.E164)
	return n, true
}

// parsePhone reads a number as it is dialled in the region. 00 stands for + to
// people of all regions, also where something else is dialled, unless no country
// has numbers like that.
func (k *Indexer) parsePhone(text string) (*phonenumbers.PhoneNumber, error) {
	if abroad, is := strings.CutPrefix(text, "00"); is {
		if parsed, err := phonenumbers.Parse("+"+abroad, k.settings.PhoneRegion); err == nil && phonenumbers.IsPossibleNumberWithReason(parsed) == phonenumbers.IS_POSSIBLE {
			return parsed, nil
		}
	}
	return phonenumbers.Parse(text, k.settings.PhoneRegion)
}

// readPhone is a text by which a client is reached, and the numbers in it.
type readPhone struct {
	text    string
	numbers []phoneNumber
}

// readPhones reads all of a client's phones: once, for it takes its time.
func (k *Indexer) readPhones(c *client.Client) []readPhone {
	var read []readPhone
	for _, text := range phones(c) {
		read = append(read, readPhone{text, k.phoneNumbers(text)})
	}
	return read
}

// phoneSpellings are, as digits alone, all the ways in which the numbers of a text
// are usually written: as they stand there, and each number in international form
// with 00, with what is dialled for abroad in the business's region, and in
// national form with and without what is dialled before it. All other usual ways
// are parts of these. None is a part of another.
func (k *Indexer) phoneSpellings(phone readPhone) []string {
	spellings := []string{digits(plainPhone(phone.text))}
	for _, n := range phone.numbers {
		code := strings.TrimPrefix(n.e164, "+")
		spellings = append(spellings, "00"+code)
		if k.abroad != "" {
			spellings = append(spellings, k.abroad+code)
		}
		region := phonenumbers.GetRegionCodeForCountryCode(n.countryCode)
		spellings = append(spellings, phonenumbers.GetNddPrefixForRegion(region, true)+n.national)
		n.parsed.Extension = nil
		spellings = append(spellings, digits(phonenumbers.Format(n.parsed, phonenumbers.NATIONAL)))
		spellings = append(spellings, n.habits()...)
	}
	return withoutParts(spellings)
}

// habits are spellings that only some countries have.
func (n phoneNumber) habits() []string {
	switch n.countryCode {
	case callingCodeArgentina:
		rest, mobile := strings.CutPrefix(n.national, mobileArgentina)
		groups := strings.Fields(phonenumbers.Format(n.parsed, phonenumbers.INTERNATIONAL))
		if !mobile || len(groups) < 4 {
			return nil
		}
		// +54 9 11 2345-6789: the area is the third group.
		area := groups[2]
		return []string{"0054" + rest, "0" + area + "15" + strings.TrimPrefix(rest, area)}
	case callingCodeMexico:
		return []string{"00521" + n.national, "01" + n.national, "044" + n.national, "045" + n.national}
	}
	return nil
}

// withoutParts drops texts that are blank or a part of another one.
func withoutParts(texts []string) []string {
	slices.SortStableFunc(texts, func(a, b string) int { return len(b) - len(a) })
	var whole []string
	for _, text := range texts {
		if text != "" && !slices.ContainsFunc(whole, func(longer string) bool { return strings.Contains(longer, text) }) {
			whole = append(whole, text)
		}
	}
	return whole
}

// dialledAbroad are the digits that are dialled in a region before the code of
// another country; empty where there are several, and for 00.
func dialledAbroad(region string) string {
	of := "GB"
	if region == of {
		of = "FR"
	}
	number := phonenumbers.GetExampleNumber(of)
	if number == nil {
		return ""
	}
	dialled, _, _ := strings.Cut(phonenumbers.FormatOutOfCountryCallingNumber(number, region), " ")
	if dialled = digits(dialled); strings.HasPrefix(dialled, "00") && len(dialled) == 2 || strings.HasPrefix(phonenumbers.Format(number, phonenumbers.E164), "+"+dialled) {
		return ""
	}
	return dialled
}

// SamePhone says whether two texts are the same numbers, lines of one switchboard
// apart.
func (k *Indexer) SamePhone(a, b string) bool {
	if strings.TrimSpace(a) == strings.TrimSpace(b) {
		return true
	}
	lines := func(text string) []string {
		var lines []string
		for _, n := range k.phoneNumbers(text) {
			lines = append(lines, n.line())
		}
		slices.Sort(lines)
		return slices.Compact(lines)
	}
	x, y := lines(a), lines(b)
	return x != nil && slices.Equal(x, y)
}

// An extension stands behind a number and is no part of it. In a search it is
// left out; a number is told by six digits or more.
var extension = regexp.MustCompile(`(\d[\d ().+/-]{4,}\d)\s*[;,]?\s*(?:extension|extn|ext|x|#|доб|anexo|int)\s*[.:=]?\s*\d{1,7}(?:$|\s)`)

// trunkInBrackets is how people write that a digit is left out from abroad.
var trunkInBrackets = regexp.MustCompile(`^((?:\+|00)[\d .-]*)\(0\)`)

// searchedDigits are the digits of a search, in search form, that is nothing but a
// phone number or a part of one; empty for any other.
func searchedDigits(text string) string {
	text = strings.TrimPrefix(strings.Trim(text, " ;,"), "tel:")
	text = trunkInBrackets.ReplaceAllString(extension.ReplaceAllString(text, "$1 "), "$1")
	if strings.ContainsFunc(text, isLetter) {
		return ""
	}
	if d := digits(text); len(d) >= minDigits {
		return d
	}
	return ""
}
