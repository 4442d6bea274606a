package client

import (
	"strings"
	"testing"
)

// ruleCase is what a caller writes and what is stored, or why it is refused.
type ruleCase struct {
	property string
	written  any
	stored   any
	code     Code
}

func TestRulesOfProperties(t *testing.T) {
	long := strings.Repeat("x", 1000)
	cases := []ruleCase{
		{"emailAddress", "a@example.com", "a@example.com", ""},
		{"emailAddress", "  A.b+c@Example.com ", "A.b+c@Example.com", ""},
		{"emailAddress", "山@例え.jp", "山@例え.jp", ""},
		{"emailAddress", "Ann <a@example.com>", nil, CodeInvalidEmail},
		{"emailAddress", "<a@example.com>", nil, CodeInvalidEmail},
		{"emailAddress", "a@example.com, b@example.com", nil, CodeInvalidEmail},
		{"emailAddress", "a@example", nil, CodeInvalidEmail},
		{"emailAddress", "a@[127.0.0.1]", nil, CodeInvalidEmail},
		{"emailAddress", "example.com", nil, CodeInvalidEmail},
		{"emailAddress", "a@@example.com", nil, CodeInvalidEmail},
		{"emailAddress", "", nil, CodeRequired},
		{"emailAddress", "  ", nil, CodeRequired},
		{"emailAddress", nil, nil, CodeRequired},
		{"emailAddress", strings.Repeat("x", 60) + "@" + strings.Repeat("y.", 95) + "yyy", strings.Repeat("x", 60) + "@" + strings.Repeat("y.", 95) + "yyy", ""},
		{"emailAddress", strings.Repeat("x", 250) + "@y.yy", nil, CodeTooLong},

		{"locale", "en-us", "en-US", ""},
		{"locale", "EN", "en", ""},
		{"locale", "zh-hant-tw", "zh-Hant-TW", ""},
		{"locale", "de_DE", "de-DE", ""},
		{"locale", "english", nil, CodeInvalidLocale},
		{"locale", "", nil, CodeInvalidLocale},
		{"locale", nil, nil, ""},

		{"timeZone", "America/New_York", "America/New_York", ""},
		{"timeZone", "UTC", "UTC", ""},
		{"timeZone", "Local", nil, CodeInvalidTimeZone},
		{"timeZone", "", nil, CodeInvalidTimeZone},
		{"timeZone", "EDT", nil, CodeInvalidTimeZone},
		{"timeZone", "../etc/passwd", nil, CodeInvalidTimeZone},
		{"timeZone", "/usr/share/zoneinfo/UTC", nil, CodeInvalidTimeZone},
		{"timeZone", "+02:00", nil, CodeInvalidTimeZone},

		{"imageUrl", "https://example.com/a b", "https://example.com/a b", ""},
		{"imageUrl", "http://example.com:8080/?q=1#f", "http://example.com:8080/?q=1#f", ""},
		{"imageUrl", "//example.com/a", nil, CodeInvalidURL},
		{"imageUrl", "example.com", nil, CodeInvalidURL},
		{"imageUrl", "javascript:alert(1)", nil, CodeInvalidURL},
		{"imageUrl", "data:image/png;base64,AAAA", nil, CodeInvalidURL},
		{"imageUrl", "ftp://example.com", nil, CodeInvalidURL},
		{"imageUrl", "https://", nil, CodeInvalidURL},

		{"status", "ACTIVE", StatusActive, ""},
		{"status", "Active", nil, CodeInvalidStatus},
		{"status", nil, nil, CodeRequired},
		{"blocked", "true", nil, CodeInvalidType},
		{"blocked", 1, nil, CodeInvalidType},
		{"blocked", nil, nil, ""},

		{"latitude", 90, 90.0, ""},
		{"latitude", -90.0, -90.0, ""},
		{"latitude", 90.001, nil, CodeOutOfRange},
		{"longitude", -180, -180.0, ""},
		{"longitude", 181, nil, CodeOutOfRange},
		{"latitude", "1", nil, CodeInvalidType},

		{"firstName", long, long, ""},
		{"firstName", long + "x", nil, CodeTooLong},
		{"firstName", strings.Repeat("山", 1000), strings.Repeat("山", 1000), ""},
		{"firstName", "a\nb", nil, CodeInvalidCharacters},
		{"firstName", "a\x00b", nil, CodeInvalidCharacters},
		{"firstName", "a\u0085b", nil, CodeInvalidCharacters},
		{"firstName", "a\xffb", nil, CodeInvalidCharacters},
		{"firstName", " ", nil, CodeRequired},
		{"firstName", nil, nil, CodeRequired},
		{"firstName", 5, nil, CodeInvalidType},
		{"city", " ", " ", ""},
		{"notes", "a\r\n\tb", "a\r\n\tb", ""},
		{"notes", "a\x00", nil, CodeInvalidCharacters},
		{"notes", strings.Repeat("x", 100_000), strings.Repeat("x", 100_000), ""},
		{"notes", strings.Repeat("x", 100_001), nil, CodeTooLong},

		{"alertNotes", []any{"a\nb"}, []string{"a\nb"}, ""},
		{"alertNotes", "one", []string{"one"}, ""},
		{"alertNotes", []any{nil}, nil, CodeInvalidType},
		{"alertNotes", make([]any, 1001), nil, CodeTooMany},
		{"ssoTags", []any{"a\nb"}, nil, CodeInvalidCharacters},
		{"ssoTags", []any{long + "x"}, nil, CodeTooLong},
		{"excludeEmailCategoryIdList", []any{"1", 2}, []int64{1, 2}, ""},
		{"excludeEmailCategoryIdList", []any{"x"}, nil, CodeInvalidID},

		{"tags", []any{" VIP ", "vip", "Été", "E\u0301TE\u0301", "STRASSE", "straße"}, []string{"VIP", "Été", "STRASSE"}, ""},
		{"tags", []any{strings.Repeat("é", 64)}, []string{strings.Repeat("é", 64)}, ""},
		{"tags", []any{strings.Repeat("x", 65)}, nil, CodeInvalidTag},
		{"tags", []any{" "}, nil, CodeInvalidTag},
		{"tags", make([]any, 1001), nil, CodeTooMany},

		{"dateOfBirth", "1993-02-02", Date{1993, 2, 2}, ""},
		{"dateOfBirth", int64(728611200000), Date{1993, 2, 2}, ""},
		{"dateOfBirth", int64(728611200001), nil, CodeInvalidDate},
		{"dateOfBirth", "02/02/1993", nil, CodeInvalidDate},
		{"dateOfBirth", true, nil, CodeInvalidDate},
	}
	for _, c := range cases {
		got, errs := decodeProperty(PropertyByName(c.property), c.written, nil, Path{"input", c.property})
		var code Code
		if len(errs) > 0 {
			code = errs[0].Code
		}
		if code != c.code || (code == "" && !PropertyByName(c.property).SameValue(got, c.stored)) {
			t.Errorf("%s: %.60q is stored as %.60v (%s), want %.60v (%s)", c.property, c.written, got, code, c.stored, c.code)
		}
	}
}

func TestSecretsOfAnInput(t *testing.T) {
	for text, want := range map[string]string{
		"123-45-6789": "123-45-6789", "123456789": "123-45-6789", " 123-45-6789 ": "123-45-6789", "12345-6789": "123-45-6789", //nolint:gocritic // The spaces are the rule.
		"***-**-6789": "", "123-45-678": "", "1234567890": "", "": "", "١٢٣٤٥٦٧٨٩": "",
	} {
		in := DecodeInput(Values{"ssn": text}, Checks{Argument: "patch", Role: RoleOwner})
		switch {
		case want == "" && (len(in.Errors) != 1 || in.Errors[0].Code != CodeInvalidSSN):
			t.Errorf("%q: %v", text, in.Errors)
		case want != "" && (in.Errors != nil || *in.SSN != want):
			t.Errorf("%q: %v", text, in.Errors)
		}
	}
	for text, valid := range map[string]bool{
		"1234567": false, "12345678": true, "": false, strings.Repeat("é", 8): true,
		strings.Repeat("x", 1000): true, strings.Repeat("x", 1001): false,
	} {
		if in := DecodeInput(Values{"password": text}, Checks{Argument: "patch", Role: RoleOwner}); (in.Errors == nil) != valid {
			t.Errorf("a password of %d bytes: %v", len(text), in.Errors)
		}
	}
	if in := DecodeInput(Values{"password": nil}, Checks{Argument: "patch", Role: RoleOwner}); in.Errors != nil || in.Password != nil {
		t.Errorf("a null password is not passed over: %v", in.Errors)
	}
}

func TestPermissionsNarrow(t *testing.T) {
	for _, role := range []Role{RoleOwner, RoleAdmin, RoleLocationSuperUser, RoleStaff, RoleClient} {
		all := role.Permissions()
		for set := range AllPermissions + 1 {
			read, err := ParsePermissions(set.Names())
			if err != nil || read != set {
				t.Errorf("%v reads back as %v, %v", set.Names(), read.Names(), err)
			}
			narrowed := all & set
			if !all.Has(narrowed) || (narrowed == all) != set.Has(all) {
				t.Errorf("%s narrowed to %v has %v", role, set.Names(), narrowed.Names())
			}
		}
	}
	want := map[Role]string{
		RoleOwner: "write delete merge export pii admin import", RoleAdmin: "write delete merge export pii admin import",
		RoleLocationSuperUser: "write delete export", RoleStaff: "write", RoleClient: "write", "SOMEBODY": "",
	}
	for role, names := range want {
		if got := strings.Join(role.Permissions().Names(), " "); got != names {
			t.Errorf("%s has %q, want %q", role, got, names)
		}
	}
	if _, err := ParsePermissions([]string{"WRITE"}); err == nil {
		t.Error("a permission in capitals was taken")
	}
}
