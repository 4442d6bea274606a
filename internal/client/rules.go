package client

import (
	"fmt"
	"net/mail"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// Rule checks a value that has its property's type, and returns the form to store. Its
// errors have no path, which the caller adds.
type Rule func(value any) (any, *Error)

// MaxEmail is the longest address that SMTP can carry (RFC 5321, 4.5.3.1.3,
// less its angle brackets).
const MaxEmail = 254

// EmailRule accepts an address (RFC 5322 addr-spec) without a display name, in a domain
// with at least two labels. Spaces around it are removed. Invisible characters are
// refused, because the address would not be what it looks like; a domain with a joiner
// must be in its ASCII form.
func EmailRule(value any) (any, *Error) {
	text := strings.Trim(value.(string), " ")
	invalid := &Error{Code: CodeInvalidEmail, Message: "want one e-mail address such as name@example.com"}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Address != text || address.Name != "" || strings.IndexFunc(text, showsNothing) >= 0 {
		return nil, invalid
	}
	domain := text[strings.LastIndexByte(text, '@')+1:]
	if !strings.Contains(domain, ".") || strings.ContainsAny(domain, "[] ") {
		return nil, invalid
	}
	return text, nil
}

// LocaleRule normalises a BCP 47 tag: en-us becomes en-US.
func LocaleRule(value any) (any, *Error) {
	tag, err := language.Parse(value.(string))
	if err != nil {
		return nil, &Error{Code: CodeInvalidLocale, Message: "want a BCP 47 language tag such as en-US"}
	}
	return tag.String(), nil
}

// urlRule accepts an absolute web address.
func urlRule(value any) (any, *Error) {
	address, err := url.Parse(value.(string))
	if err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		return nil, &Error{Code: CodeInvalidURL, Message: "want an absolute http or https URL"}
	}
	return value, nil
}

func statusRule(value any) (any, *Error) {
	switch status := Status(value.(string)); status {
	case StatusActive, StatusBlacklisted:
		return status, nil
	}
	return nil, &Error{Code: CodeInvalidStatus, Message: "want ACTIVE or BLACKLISTED"}
}

// within accepts a number from -limit to limit.
func within(limit float64) Rule {
	return func(value any) (any, *Error) {
		if number := value.(float64); number < -limit || number > limit {
			return nil, &Error{Code: CodeOutOfRange, Message: fmt.Sprintf("want a number from %g to %g", -limit, limit)}
		}
		return value, nil
	}
}

// tagRule converts a tag to its stored form; the list removes duplicates.
func tagRule(value any) (any, *Error) {
	tag := norm.NFC.String(Trimmed(value.(string)))
	if tag == "" || utf8.RuneCountInString(tag) > MaxTag {
		return nil, &Error{Code: CodeInvalidTag, Message: fmt.Sprintf("want a tag of 1 to %d characters", MaxTag)}
	}
	return tag, nil
}

// CheckText checks the length of a text, and refuses control characters, except line
// breaks and tabs in a text that may have several lines.
func CheckText(text string, bound int) *Error {
	if utf8.RuneCountInString(text) > bound {
		return &Error{Code: CodeTooLong, Message: fmt.Sprintf("want at most %d characters", bound)}
	}
	lines := bound == MaxNotes
	for _, r := range text {
		if r == '\n' || r == '\r' || r == '\t' {
			if lines {
				continue
			}
		} else if !unicode.IsControl(r) && r != utf8.RuneError {
			continue
		}
		return &Error{Code: CodeInvalidCharacters, Message: "want text without control characters and in valid Unicode"}
	}
	return nil
}

// UniqueTags removes tags that differ only in case from an earlier one.
func UniqueTags(tags []string) []string {
	seen := make(map[string]bool, len(tags))
	unique := tags[:0:0]
	for _, tag := range tags {
		if key := TagKey(tag); !seen[key] {
			seen[key] = true
			unique = append(unique, tag)
		}
	}
	return unique
}
