package transfer

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzRows: any file, in either format, is read to its end or to its first fatal error,
// and a second time with the same result.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"clientId,firstName,emailAddress,field: Team\n1,Ann,a@b.com,'=x\n1,,,\n",
		`{"clientId":1,"firstName":"Ann","tags":["a"],"clientIdsClientCanView":[2,"x"]}` + "\n{}\n[",
		"\xff\xfec\x00i\x00t\x00y\x00\n\x00x\x00", "city;city\n\"",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	all := definitions()
	f.Fuzz(func(t *testing.T, file []byte, lines bool) {
		format := CSV
		if lines {
			format = JSONL
		}
		for _, match := range []Match{MatchNone, MatchClientID, MatchEmailAddress, MatchExternalUserName} {
			s := &source{file: bytes.NewReader(file), options: ImportOptions{Format: format, Match: match, Mapping: Mapping{every: ""}}, columns: columnsOf(all)}
			s.headers = newHeaders(s.columns, all, s.options.Mapping)
			err := s.look(t.Context())
			if _, ofFile := errors.AsType[*FileError](err); err != nil {
				if !ofFile {
					t.Fatal(err)
				}
				continue
			}
			rows := int64(0)
			i := &clientImport{source: s}
			if err := s.each(t.Context(), 0, func(row clientRow) error {
				if rows++; row.number > s.rows {
					t.Fatalf("row %d of %d", row.number, s.rows)
				}
				i.inputOf(row)
				return nil
			}); err != nil || rows != s.entries {
				t.Fatalf("%d rows, then %d: %v", s.entries, rows, err)
			}
		}
	})
}

// TestOptionsChangeTheKeyOfAnImport, so that an import is continued only with the options
// that it began with.
func TestOptionsChangeTheKeyOfAnImport(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range []ImportOptions{{}, {Format: JSONL}, {Match: MatchClientID}, {Several: "leave"}, {Mapping: Mapping{"a": "b"}}, {Reading: Reading{Dates: "DD.MM.YYYY"}}, {Delimiter: ';'}, {Encoding: "utf-8"}} {
		s := &source{file: bytes.NewReader([]byte("city\nx\n")), options: o}
		if err := s.digestFile(); err != nil {
			t.Fatal(err)
		}
		seen[string(s.digest)] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d keys", len(seen))
	}
}
