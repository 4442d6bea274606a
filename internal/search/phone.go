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

// A phone number is stored as it was typed. It is compared and searched by its meaning:
// the number in the business's region, or in the country that it names. A text that is
// not a phone number is compared by its digits.

// Habits of callers that the library's tables do not have.
const (
	callingCodeArgentina = 54
	callingCodeMexico    = 52
	// A mobile number of Argentina has this digit before its area in international form.
	// In national form it has none, or 15 after its area.
	mobileArgentina = "9"
)

// beforeMexican matches prefixes that were dialled before Mexican numbers until 2019, and
// that older stored numbers still have.
var beforeMexican = regexp.MustCompile(`^(?:0(?:1|44|45)|1)(\d{10})$`)

// betweenNumbers separates the numbers in a text with several.
var betweenNumbers = regexp.MustCompile(`[/;,|\n]| or `)

// phoneNumber is a phone number in a text.
type phoneNumber struct {
	// e164 is the number with its country, without the extension.
	e164, extension string
	countryCode     int
	national        string
	parsed          *phonenumbers.PhoneNumber
}

// line returns the number with its extension: two extensions are two lines.
func (n phoneNumber) line() string {
	if n.extension == "" {
		return n.e164
	}
	return n.e164 + ";ext=" + n.extension
}

// plainPhone returns a text with ASCII digits and hyphens, without invisible marks and
// surrounding characters that copied numbers have.
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

// phoneNumbers returns the complete numbers in a text, of the region or of the country
// that they name.
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

// maxPhones bounds the numbers that are read from one text: a text with more is a note.
const maxPhones = 8

// phoneNumberOf reads one number. One digit repeated is not a number: people type it to
// fill a required field.
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

// parsePhone parses a number as it is dialled in the region. People in all regions write
// 00 for +, even where another prefix is dialled, unless no country has such a number.
func (k *Indexer) parsePhone(text string) (*phonenumbers.PhoneNumber, error) {
	if abroad, is := strings.CutPrefix(text, "00"); is {
		if parsed, err := phonenumbers.Parse("+"+abroad, k.settings.PhoneRegion); err == nil && phonenumbers.IsPossibleNumberWithReason(parsed) == phonenumbers.IS_POSSIBLE {
			return parsed, nil
		}
	}
	return phonenumbers.Parse(text, k.settings.PhoneRegion)
}

// readPhone is a phone of a client as text, with the numbers in it.
type readPhone struct {
	text    string
	numbers []phoneNumber
}

// readPhones parses all phones of a client once, because parsing is slow.
func (k *Indexer) readPhones(c *client.Client) []readPhone {
	var read []readPhone
	for _, text := range phones(c) {
		read = append(read, readPhone{text, k.phoneNumbers(text)})
	}
	return read
}

// phoneSpellings returns the usual ways to write the numbers of a text, only digits: as
// in the text, and each number in international form with 00, with the prefix for abroad
// of the business's region, and in national form with and without the trunk prefix. All
// other usual ways are parts of these. None is a part of another.
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

// habits returns spellings that only some countries have.
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

// withoutParts removes texts that are blank or a part of another one.
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

// dialledAbroad returns the digits that are dialled in a region before the code of
// another country; empty if there are several, and for 00.
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

// SamePhone says whether two texts have the same numbers, including extensions.
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

// An extension follows a number of six digits or more. Searches ignore it.
var extension = regexp.MustCompile(`(\d[\d ().+/-]{4,}\d)\s*[;,]?\s*(?:extension|extn|ext|x|#|доб|anexo|int)\s*[.:=]?\s*\d{1,7}(?:$|\s)`)

// trunkInBrackets matches a digit in brackets, which is left out from abroad.
var trunkInBrackets = regexp.MustCompile(`^((?:\+|00)[\d .-]*)\(0\)`)

// searchedDigits returns the digits of a normalised search that is a phone number or a
// part of one; empty for any other.
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
