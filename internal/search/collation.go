package search

import (
	"slices"
	"unicode"

	"golang.org/x/text/language"
)

// ordering is the order of names in a locale by CLDR (common/collation): a table of the
// library, which is of CLDR 23, and what the library leaves out.
type ordering struct {
	table language.Tag
	// scripts are the scripts that come before all others, in order.
	scripts []*unicode.RangeTable
	// capitals are the tertiary weights of the table's capitals, if capitals come before
	// their small letters.
	capitals string
}

// orderingOf returns the ordering of a locale. A locale that isOrdered refuses has the
// nearest one, because a business may have stored it before it was refused.
func orderingOf(locale string) ordering {
	tag := language.Make(locale)
	if tag.TypeForKey("co") == "standard" {
		// With that name the library has earlier orders; the plain locale has the current
		// one.
		if plain, err := tag.SetTypeForKey("co", ""); err == nil {
			tag = plain
		}
	}
	table := withOptions(orderTable(tag), tag)
	if base, _ := tag.Base(); base.String() == "fr" {
		if region, _ := tag.Region(); region.String() == "CA" {
			// Accents compare from the end.
			table, _ = table.SetTypeForKey("kb", "true")
		}
	}
	return ordering{table: table, scripts: scriptsFirst(tag), capitals: capitalsFirst(tag)}
}

// orderTable returns the locale whose table orders another locale. The library lacks what
// CLDR imports: Norwegian has one order for no, nb and nn; Bosnian and Serbian in Latin
// script have Croatian's; Galician has Spanish's, Cebuano Filipino's. For Dzongkha, Tamil
// and Walser it has orders that CLDR replaced by the root's.
func orderTable(tag language.Tag) string {
	base, _ := tag.Base()
	script, _ := tag.Script()
	switch base.String() {
	case "nb", "no":
		return "nn"
	case "bs", "sr":
		if script.String() == "Latn" {
			return "hr"
		}
	case "ceb":
		return "fil"
	case "gl":
		return "es"
	case "dz", "ta", "wae":
		return "und"
	}
	return ""
}

// withOptions returns a locale with the options of another one, such as the order of
// digits; the other one unchanged if no locale is named.
func withOptions(locale string, of language.Tag) language.Tag {
	if locale == "" {
		return of
	}
	tag, err := language.Compose(language.Make(locale), of.Extensions())
	if err != nil {
		return language.Make(locale)
	}
	return tag
}

// capitalsFirst returns the capitals of an ordering: the root's (UTS #10, table 15),
// after those of the Danish letters; Å comes before AA, and that before Aa.
func capitalsFirst(tag language.Tag) string {
	const capitals = "\x08\x09\x0a\x0b\x0c"
	base, _ := tag.Base()
	switch base.String() {
	case "da":
		return "\x03" + capitals + "\x06\x05"
	case "mt":
		return capitals
	}
	return ""
}

// scriptsFirst returns the letters of the scripts that come before all others in a
// locale, in order.
func scriptsFirst(tag language.Tag) []*unicode.RangeTable {
	base, _ := tag.Base()
	script, _ := tag.Script()
	scripts := func(s ...*unicode.RangeTable) []*unicode.RangeTable { return s }
	switch base.String() {
	case "bs", "hr", "sr":
		if script.String() == "Cyrl" {
			return scripts(unicode.Cyrillic)
		}
		return scripts(unicode.Latin, unicode.Cyrillic)
	case "be", "bg", "kk", "ky", "mk", "ru", "uk":
		return scripts(unicode.Cyrillic)
	case "mn":
		return scripts(unicode.Cyrillic, unicode.Mongolian)
	case "el":
		return scripts(unicode.Greek)
	case "am":
		return scripts(unicode.Ethiopic)
	case "ar", "fa", "ps", "ug", "ur":
		return scripts(unicode.Arabic)
	case "he", "yi":
		return scripts(unicode.Hebrew)
	case "hy":
		return scripts(unicode.Armenian)
	case "ka":
		return scripts(unicode.Georgian)
	case "km":
		return scripts(unicode.Khmer)
	case "lo":
		return scripts(unicode.Lao)
	case "my":
		return scripts(unicode.Myanmar)
	case "ne":
		return scripts(unicode.Devanagari)
	case "th":
		return scripts(unicode.Thai)
	case "ja":
		return scripts(unicode.Latin, unicode.Hiragana, unicode.Han)
	case "ko":
		return scripts(unicode.Hangul, unicode.Han)
	case "zh":
		return scripts(unicode.Han, unicode.Bopomofo)
	}
	return indicScriptsFirst(base.String())
}

// indicScriptsFirst is scriptsFirst for the languages of India and Sri Lanka, which have
// each other's scripts after their own.
func indicScriptsFirst(base string) []*unicode.RangeTable {
	indic := []*unicode.RangeTable{
		unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
		unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	}
	var own *unicode.RangeTable
	switch base {
	case "hi", "kok", "mr":
		return indic
	case "as", "bn":
		own = unicode.Bengali
	case "gu":
		own = unicode.Gujarati
	case "kn":
		own = unicode.Kannada
	case "or":
		own = unicode.Oriya
	case "pa":
		own, indic = unicode.Gurmukhi, append(indic, unicode.Arabic)
	case "si":
		own = unicode.Sinhala
	case "ta":
		own = unicode.Tamil
	case "te":
		own = unicode.Telugu
	case "ml":
		return []*unicode.RangeTable{
			unicode.Malayalam, unicode.Latin, unicode.Devanagari, unicode.Arabic, unicode.Tamil,
			unicode.Kannada, unicode.Telugu, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
			unicode.Oriya, unicode.Sinhala,
		}
	default:
		return nil
	}
	others := slices.DeleteFunc(indic, func(script *unicode.RangeTable) bool { return script == own })
	return append([]*unicode.RangeTable{own}, others...)
}

// IsOrdered says whether names can be ordered as CLDR 48 says for a locale. The library's
// tables, of CLDR 23, have other orders for some languages, and lack most of the special
// orders and options of -u-.
func IsOrdered(tag language.Tag) bool {
	base, _ := tag.Base()
	script, _ := tag.Script()
	region, _ := tag.Region()
	switch base.String() {
	case "aa", "ar", "az", "bal", "blo", "bo", "br", "chr", "cu", "cv", "dsb", "fy", "haw", "hnj", "hsb", "ja", "ka",
		"km", "ku", "lkt", "lv", "mr", "my", "oka", "osa", "ps", "rhg", "sgs", "shn", "smn", "ssy", "th", "tk", "ug",
		"uz", "vec", "vo", "wo", "yi", "yue":
		return false
	case "fa":
		if region.String() == "AF" {
			return false
		}
	case "sr":
		// CLDR's parent of the locale makes it Cyrillic, its likely subtags make it
		// Latin.
		if _, written := tag.Script(); region.String() == "ME" && written != language.Exact {
			return false
		}
	case "zh":
		if script.String() != "Latn" {
			return false
		}
	}
	switch base.String() + "-" + script.String() {
	case "ff-Adlm", "kk-Arab", "kok-Deva", "kxv-Telu", "pa-Guru", "suz-Sunu":
		return false
	}
	return hasOptions(tag)
}

// hasOptions says whether the options of -u- are supported: the order of German phone
// books, and numbers by their value.
func hasOptions(tag language.Tag) bool {
	for _, option := range []string{"ka", "kb", "kc", "kf", "kh", "kk", "kr", "ks", "kv", "va", "vt"} {
		if tag.TypeForKey(option) != "" {
			return false
		}
	}
	base, _ := tag.Base()
	region, stated := tag.Region()
	switch tag.TypeForKey("co") {
	case "", "standard":
		return true
	case "phonebk":
		return base.String() == "de" && (stated != language.Exact || region.String() != "AT")
	}
	return false
}
