package client

import "golang.org/x/text/language"

// collationTag is the locale by whose table names are ordered. The library has the
// order of Norwegian under nn alone: CLDR has one for no, nb and nn
// (common/collation/no.xml).
func collationTag(locale string) language.Tag {
	tag := language.Make(locale)
	if base, _ := tag.Base(); base.String() == "nb" || base.String() == "no" {
		return language.Make("nn")
	}
	return tag
}
