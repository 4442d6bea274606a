package client

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// TagKey is equal for two tags exactly when they are the same tag: composed
// alike, whatever their case.
func TagKey(tag string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(tag)))
}

// isBlank says whether the text has nothing to read in it.
func isBlank(text string) bool { return strings.TrimSpace(text) == "" }
