package client

import (
	"strings"
	"testing"
)

func TestBlankIsWhatShowsNothing(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "space": " ", "no-break space": "\u00a0", "ideographic space": "\u3000", "line separator": "\u2028",
		"zero width space": "\u200b", "word joiner": "\u2060", "byte order mark": "\ufeff", "soft hyphen": "\u00ad",
		"joiners": "\u200c\u200d", "right-to-left override": "\u202e", "isolate": "\u2067\u2069", "Arabic letter mark": "\u061c",
		"Hangul filler": "\u3164", "half-width Hangul filler": "\uffa0", "choseong filler": "\u115f", "jungseong filler": "\u1160",
		"braille blank": "\u2800", "variation selector": "\ufe0f", "supplementary variation selector": "\U000E0100",
		"tag": "\U000E0041", "Mongolian vowel separator": "\u180e", "Mongolian variation": "\u180b", "grapheme joiner": "\u034f",
		"Khmer inherent vowel": "\u17b4", "musical control": "\U0001D173", "null notehead": "\U0001D159", "Khitan filler": "\U00016FE4",
		"invisible times": "\u2062", "unassigned ignorable": "\U000E0FFF", "mixture": " \u200b\u3164\u2800\U000E0041\ufe0f ",
	} {
		if !IsBlank(text) || Trimmed(text) != "" {
			t.Errorf("%s: %+q is not blank; trimmed it is %+q", name, text, Trimmed(text))
		}
	}
	for name, text := range map[string]string{
		"letter": "a", "dot": ".", "emoji": "\u2764\ufe0f", "Han": "葛", "accent alone": "\u0301", "Arabic number sign": "\u0600",
		"replacement of an object": "\ufffc", "letter among marks": "\u200b\u2800a\u3164", "private use": "\ue000", "braille dots": "\u2801",
	} {
		if IsBlank(text) {
			t.Errorf("%s: %+q is blank", name, text)
		}
	}
}

func TestTrimmingKeepsWhatIsWithinAndWhatDrawsTheLast(t *testing.T) {
	for text, want := range map[string]string{
		"  Ann \t":                        "Ann",
		"\u00a0Ann\u3000":                 "Ann",
		"\u200b\ufeffAnn\u2060":           "Ann",
		"\u202aAnn\u202c":                 "Ann",
		"Ann\u3164\u2800":                 "Ann",
		"\ufe0fAnn":                       "Ann",
		"می\u200cخواهم":                   "می\u200cخواهم",
		"\u200cمی\u200cخواهم\u200c":       "می\u200cخواهم",
		"क\u094d\u200dष":                  "क\u094d\u200dष",
		"Ann  Lee":                        "Ann  Lee",
		"Jean\u00adLuc":                   "Jean\u00adLuc",
		"葛\U000E0100 ":                    "葛\U000E0100",
		"\u2764\ufe0f\u200b":              "\u2764\ufe0f",
		"\u2764\u200b\ufe0f":              "\u2764",
		"👨\u200d👩\u200d👧":                 "👨\u200d👩\u200d👧",
		"🏴\U000E0067\U000E0062\U000E007F": "🏴\U000E0067\U000E0062\U000E007F",
	} {
		if got := Trimmed(text); got != want {
			t.Errorf("%+q is trimmed to %+q, want %+q", text, got, want)
		}
		if got := Trimmed(Trimmed(text)); got != Trimmed(text) {
			t.Errorf("%+q is trimmed to %+q, and that to %+q", text, Trimmed(text), got)
		}
	}
}

func TestNothingThatShowsNothingIsAValue(t *testing.T) {
	for _, text := range []string{"\u200b", "\u3164", "\u2800", "\U000E0041", "\u200b\u3164 \u2800\ufe0f", "\u202e", "\u00ad"} {
		for property, code := range map[string]Code{"firstName": CodeRequired, "lastName": CodeRequired, "emailAddress": CodeRequired} {
			if _, errs := decodeProperty(PropertyByName(property), text, nil, Path{property}); len(errs) != 1 || errs[0].Code != code {
				t.Errorf("%s %+q: %v, want %s", property, text, errs, code)
			}
		}
		if _, errs := decodeProperty(PropertyByName("tags"), []any{text}, nil, Path{"tags"}); len(errs) != 1 || errs[0].Code != CodeInvalidTag {
			t.Errorf("tag %+q: %v", text, errs)
		}
		c := &Client{StoredFullName: &text, FirstName: new("Ann"), LastName: new("Lee")}
		if got := *c.FullName(); got != "Ann Lee" {
			t.Errorf("full name %+q: the client is %+q", text, got)
		}
	}
}

func TestAddressesShowAllTheirCharacters(t *testing.T) {
	for name, mark := range map[string]string{
		"zero width space": "\u200b", "override": "\u202e", "no-break space": "\u00a0", "soft hyphen": "\u00ad", "joiner": "\u200d",
		"byte order mark": "\ufeff", "Hangul filler": "\u3164", "braille blank": "\u2800", "ideographic space": "\u3000", "tag": "\U000E0041",
		"variation selector": "\ufe0f", "space": " ",
	} {
		for _, address := range []string{"an" + mark + "n@example.com", "ann@exam" + mark + "ple.com", "ann" + mark + "@example.com"} {
			if _, err := EmailRule(address); err == nil {
				t.Errorf("%s: %+q is taken", name, address)
			}
		}
		for _, address := range []string{mark + "ann@example.com", "ann@example.com" + mark} {
			if _, err := EmailRule(address); (err == nil) != (mark == " ") {
				t.Errorf("%s: %+q: %v", name, address, err)
			}
		}
	}
	if got, err := EmailRule("  Ann@Example.com "); err != nil || strings.Compare(got.(string), "Ann@Example.com") != 0 {
		t.Errorf("%v, %v", got, err)
	}
}
