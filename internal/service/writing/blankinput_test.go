package writing

import (
	"testing"

	"clientgraph/internal/client"
)

func TestNoInputIsCalledByWhatShowsNothing(t *testing.T) {
	for _, text := range []string{"\u200b", "\u3164", "\u2800", "\U000E0041", "\u200b\u3164 \u2800\ufe0f", "\u202e", "\u00ad"} {
		r := &EntryReader{Values: client.Values{"name": text}}
		if r.Text("name", true); len(r.Errors) != 1 || r.Errors[0].Code != client.CodeRequired {
			t.Errorf("name of a group %+q: %v", text, r.Errors)
		}
		by := UpsertKey{ExternalUserName: &text}
		if errs := by.check(); len(errs) != 1 || errs[0].Code != client.CodeRequired {
			t.Errorf("external user name %+q: %v", text, errs)
		}
	}
}
