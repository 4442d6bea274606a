package client

import (
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collationTag is the locale by whose table names are ordered. The library lacks
// what CLDR (common/collation) says by an import or a setting: Norwegian has one
// order under no, nb and nn; Bosnian and Serbian in Latin script have Croatian's;
// Galician has Spanish's; Canadian French compares accents from the end; and
// Azerbaijani in another script than the Latin one has the root's.
func collationTag(locale string) language.Tag {
	tag := language.Make(locale)
	if tag.TypeForKey("co") == "standard" {
		// The library has orders of before under that name; the plain locale has today's.
		if plain, err := tag.SetTypeForKey("co", ""); err == nil {
			tag = plain
		}
	}
	base, _ := tag.Base()
	script, _ := tag.Script()
	region, _ := tag.Region()
	switch base.String() {
	case "nb", "no":
		return withOptions("nn", tag)
	case "bs", "sr":
		if script.String() == "Latn" {
			return withOptions("hr", tag)
		}
	case "gl":
		return withOptions("es", tag)
	case "az":
		if script.String() != "Latn" {
			return withOptions("und", tag)
		}
	case "fr":
		if region.String() == "CA" {
			return language.Make("und-u-kb-true")
		}
	}
	return tag
}

// withOptions is a locale with the options, such as the order of digits, of another.
func withOptions(locale string, of language.Tag) language.Tag {
	tag, err := language.Compose(language.Make(locale), of.Extensions())
	if err != nil {
		return language.Make(locale)
	}
	return tag
}

// isOrdered tells whether names can be ordered as CLDR says of a locale: the
// library's tables, of CLDR 23, lack some languages, and most of the special orders
// that -u-co- names.
func isOrdered(tag language.Tag) bool {
	base, _ := tag.Base()
	switch base.String() {
	case "blo", "br", "cu", "dsb", "hsb", "ku", "lv", "sgs", "smn", "tk", "uz", "vo", "wo":
		return false
	}
	special := tag.TypeForKey("co")
	if special == "" || special == "standard" {
		return true
	}
	if region, confidence := tag.Region(); base.String() == "de" && region.String() == "AT" && confidence == language.Exact {
		return false
	}
	for _, supported := range collate.Supported() {
		if known, _ := supported.Base(); known == base && supported.TypeForKey("co") == special {
			return true
		}
	}
	return false
}
