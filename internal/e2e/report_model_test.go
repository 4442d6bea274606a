package e2e_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// reportFilter is ClientReportFilter as the model takes it. nil ids are no
// condition, and so is any other empty list.
type reportFilter struct {
	ids                               []client.ID
	start, end                        *client.Date
	groups, locations, reasons, staff []int64
	statuses                          []client.Status
	tags                              []string
	term                              string
	fields                            []reportField
	includeDeleted                    bool
	// birthday are two days, MM-DD, or none.
	birthday    []string
	has, hasNot []client.Trait
	// appointment and none, unless nil, are what an appointment is and no one is.
	appointment, none *reportRange
}

type reportField struct {
	id     int64
	values []any
}

// reportTexts are a client's texts as they are compared.
type reportTexts struct {
	// custom are the values of the custom fields in use, those that stand for
	// phone numbers aside; notes are the notes and the alert notes.
	custom, notes []string
	// name and email are what the typeahead looks into; phones are digits alone.
	name, email string
	phones      []string
	tags        map[string]bool
}

func (w *reportWorld) prepare() {
	w.texts = map[int64]reportTexts{}
	for _, c := range w.clients {
		w.texts[c.ClientID] = w.textsOf(c)
	}
	orders := store.OrderFields()
	for _, who := range w.callers {
		lists := map[store.OrderField][]*client.Client{}
		for _, field := range orders {
			var seen []*client.Client
			for _, c := range w.clients {
				if w.sees(who, c) {
					seen = append(seen, c)
				}
			}
			w.sort(seen, who.BusinessID, field)
			lists[field] = seen
		}
		w.lists = append(w.lists, lists)
	}
}

func (w *reportWorld) textsOf(c *client.Client) reportTexts {
	texts := reportTexts{tags: map[string]bool{}}
	for i := range w.definitions {
		definition := &w.definitions[i]
		if definition.Retired || definition.BusinessID != c.BusinessID || definition.DefinitionID == fieldCell {
			continue
		}
		switch value := modelValue(definition.DefinitionID, c).(type) {
		case string:
			texts.custom = append(texts.custom, modelFold(value))
		case float64:
			texts.custom = append(texts.custom, strconv.FormatFloat(value, 'f', -1, 64))
		case client.Date:
			texts.custom = append(texts.custom, value.String())
		case bool:
			texts.custom = append(texts.custom, strconv.FormatBool(value))
		}
	}
	if c.Notes != nil {
		texts.notes = append(texts.notes, modelFold(*c.Notes))
	}
	for _, note := range c.AlertNotes {
		texts.notes = append(texts.notes, modelFold(note))
	}
	for _, phone := range []*string{c.CellPhone, c.HomePhone, c.BusinessPhone} {
		if phone != nil {
			texts.phones = append(texts.phones, modelSpellings(modelFold(*phone))...)
		}
	}
	if name := modelName(c); name != nil {
		texts.name = modelFold(*name)
	}
	if c.EmailAddress != nil {
		texts.email = modelFold(*c.EmailAddress)
	}
	for _, tag := range c.Tags {
		texts.tags[modelTag(tag)] = true
	}
	return texts
}

// modelValue is a client's value of a custom field; nil for none.
func modelValue(definition int64, c *client.Client) any {
	pointed := func(text *string) any {
		if text == nil {
			return nil
		}
		return *text
	}
	switch definition {
	case fieldCompany:
		return pointed(c.CompanyName)
	case fieldCell:
		return pointed(c.CellPhone)
	case fieldName:
		return pointed(modelName(c))
	case fieldBirth:
		if c.DateOfBirth != nil {
			return *c.DateOfBirth
		}
	case fieldLatitude:
		if c.Latitude != nil {
			return *c.Latitude
		}
	case fieldTexts:
		if c.AllowWaitListText != nil {
			return *c.AllowWaitListText
		}
	}
	for _, value := range c.FieldValues {
		if value.DefinitionID == definition {
			return value.Value
		}
	}
	return nil
}

// matches says whether a filter means a client that the caller sees.
func (w *reportWorld) matches(f *reportFilter, role client.Role, zone *time.Location, c *client.Client) bool {
	if c.Lifecycle != client.Live && !f.includeDeleted {
		return false
	}
	if f.ids != nil && !slices.ContainsFunc(f.ids, func(id client.ID) bool {
		return id.Number == c.ClientID && (id.Type == "" || id.Type == "Client")
	}) {
		return false
	}
	texts := w.texts[c.ClientID]
	tags := slices.DeleteFunc(slices.Clone(f.tags), func(tag string) bool { return strings.TrimSpace(tag) == "" })
	return (len(f.statuses) == 0 || slices.Contains(f.statuses, c.Status)) &&
		(len(tags) == 0 || slices.ContainsFunc(tags, func(tag string) bool { return texts.tags[modelTag(tag)] })) &&
		bornWithin(f.birthday, c.DateOfBirth) &&
		!slices.ContainsFunc(f.has, func(trait client.Trait) bool { return !modelHas(trait, c) }) &&
		!slices.ContainsFunc(f.hasNot, func(trait client.Trait) bool { return modelHas(trait, c) }) &&
		createdWithin(f.start, f.end, zone, c.CreatedDate) &&
		w.booked(f, zone, c) && !f.none.anyOf(c.Appointments, zone) &&
		(strings.TrimSpace(f.term) == "" || texts.reported(modelFold(f.term), role)) &&
		!slices.ContainsFunc(f.fields, func(field reportField) bool { return !w.hasValue(field, c) })
}

// bornWithin compares days of the year by their digits.
func bornWithin(days []string, born *client.Date) bool {
	if days == nil {
		return true
	}
	if born == nil {
		return false
	}
	from, to, day := days[0], days[1], fmt.Sprintf("%02d-%02d", born.Month, born.Day)
	if from <= to {
		return from <= day && day <= to
	}
	return from <= day || day <= to
}

func modelHas(trait client.Trait, c *client.Client) bool {
	switch trait {
	case client.TraitEmailAddress:
		return c.EmailAddress != nil
	case client.TraitPhone:
		return c.CellPhone != nil || c.HomePhone != nil || c.BusinessPhone != nil
	case client.TraitDateOfBirth:
		return c.DateOfBirth != nil
	}
	return c.ClientAccountID != nil
}

// createdWithin compares days of the calendar that hangs in that zone.
func createdWithin(start, end *client.Date, zone *time.Location, created *time.Time) bool {
	if start == nil && end == nil {
		return true
	}
	if created == nil {
		return false
	}
	day := created.In(zone).Format(time.DateOnly)
	return (start == nil || day >= start.String()) && (end == nil || day <= end.String())
}

func (w *reportWorld) hasValue(f reportField, c *client.Client) bool {
	if len(f.values) == 0 {
		return true
	}
	// A field is its business's own, as long as that uses it.
	if !slices.ContainsFunc(w.definitions, func(d client.FieldDefinition) bool {
		return d.DefinitionID == f.id && d.BusinessID == c.BusinessID && !d.Retired
	}) {
		return false
	}
	own := modelValue(f.id, c)
	return own != nil && slices.ContainsFunc(f.values, func(value any) bool {
		if text, is := value.(string); is {
			ownText, _ := own.(string)
			return modelFold(text) == modelFold(ownText)
		}
		return value == own
	})
}

// reported says whether a folded term is in what a report searches for a role.
func (t reportTexts) reported(term string, role client.Role) bool {
	in := func(text string) bool { return modelIn(text, term) }
	return slices.ContainsFunc(t.custom, in) || t.called(term) || (role != client.RoleClient && slices.ContainsFunc(t.notes, in))
}

// called says whether a term that is a number is in a phone number. What follows
// a whole number, with a letter that says so, is its extension.
func (t reportTexts) called(term string) bool {
	if whole, _, has := strings.Cut(term, " ext. "); has && len(modelDigits(whole)) >= 6 {
		term = whole
	}
	number := modelDigits(term)
	return len(number) >= 3 && !strings.ContainsFunc(term, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }) &&
		slices.ContainsFunc(t.phones, func(phone string) bool { return strings.Contains(phone, number) })
}

// modelSpellings are the ways to write a number of the worlds in digits. Their
// businesses are American: a number of ten digits, or of eleven with the country's
// one before it, is dialled from abroad behind 00, or 011.
func modelSpellings(phone string) []string {
	number := modelDigits(phone)
	spellings := []string{number}
	if plain, _, has := strings.Cut(phone, " ext"); has {
		number = modelDigits(plain)
	}
	switch {
	case len(number) == 10 && number[0] != '0' && number[0] != '1':
		spellings = append(spellings, "001"+number, "0111"+number)
	case len(number) == 11 && number[0] == '1':
		spellings = append(spellings, "00"+number, "011"+number)
	}
	return spellings
}

// modelIn says whether a folded text has a folded term: anywhere, or, when the
// term has one or two characters, where a word begins.
func modelIn(text, term string) bool {
	if term == "" {
		return false
	}
	if len([]rune(term)) >= 3 {
		return strings.Contains(text, term)
	}
	before := ' '
	for i, r := range text {
		if modelBegins(before, r) && strings.HasPrefix(text[i:], term) {
			return true
		}
		before = r
	}
	return false
}

// modelBegins says whether a word begins with r when it follows before: with
// every character that no space parts from the next, with every sign, and with
// the first letter or digit of others.
func modelBegins(before, r rune) bool {
	if r == ' ' || unicode.IsMark(r) {
		return false
	}
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }
	dense := func(r rune) bool {
		return r >= 0x0E00 && r <= 0x0EFF || r >= 0x1780 && r <= 0x17FF || r >= 0x3040 && r <= 0x30FF || r >= 0x3400 && r <= 0x9FFF || r >= 0xAC00 && r <= 0xD7A3
	}
	return !letter(r) || !letter(before) || dense(r) || dense(before)
}

// modelFold brings a text into the form in which texts are compared: without
// case, accents and width, and with one space between words.
func modelFold(text string) string {
	var plain strings.Builder
	for _, r := range norm.NFKD.String(modelLooks.Replace(text)) {
		if r >= 'ァ' && r <= 'ヶ' {
			// The two tables of kana stand side by side in Unicode.
			r -= 96
		}
		if !modelAccent(r) {
			plain.WriteRune(r)
		}
	}
	var b strings.Builder
	for _, r := range cases.Fold().String(plain.String()) {
		for _, zero := range modelZeros {
			if r >= zero && r <= zero+9 {
				r = '0' + r - zero
			}
		}
		switch {
		case r == 'ø':
			r = 'o'
		case r == 'ł':
			r = 'l'
		case r == 'ı':
			r = 'i'
		case r == 'đ' || r == 'ð':
			r = 'd'
		case r == 'æ':
			b.WriteRune('a')
			r = 'e'
		}
		b.WriteRune(r)
	}
	return strings.Join(strings.Fields(norm.NFC.String(b.String())), " ")
}

// modelLooks writes what looks alike, or is typed for one another, in one way: of
// the characters that the worlds have.
var modelLooks = strings.NewReplacer(
	"’", "'", "‘", "'", "ʼ", "'", "`", "'", "´", "'", "＇", "'", "׳", "'",
	"\u2010", "-", "\u2011", "-", "–", "-", "—", "-", "\u2212", "-", "－", "-",
	"“", "\"", "”", "\"", "«", "\"", "»", "\"",
	"ى", "ي", "ی", "ي", "ة", "ه", "ک", "ك", "ٱ", "ا",
	"ם", "מ", "ן", "נ", "ך", "כ", "ף", "פ", "ץ", "צ",
)

// modelZeros are the zeros of the scripts whose digits the worlds have.
var modelZeros = []rune{'٠', '۰', '०', '๐', '௦'}

// modelAccent says whether a mark is one that people leave out, block by block.
func modelAccent(r rune) bool {
	for _, block := range [][2]rune{
		{0x0300, 0x036F}, {0x0483, 0x0487}, // Latin, Greek, Cyrillic.
		{0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2}, {0x05C4, 0x05C5}, {0x05C7, 0x05C7}, // Hebrew.
		{0x0610, 0x061A}, {0x0640, 0x0640}, {0x064B, 0x065F}, {0x0670, 0x0670}, // Arabic, and its stretch.
		{0x200B, 0x200F}, {0xFE00, 0xFE0F}, {0x00AD, 0x00AD}, // What can't be seen.
	} {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}

func modelDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// modelTag is equal for tags that are one: accents count, case does not.
func modelTag(tag string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(strings.TrimSpace(tag))))
}
