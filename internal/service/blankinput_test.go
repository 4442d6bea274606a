package service

import (
	"testing"

	"clientgraph/internal/client"
)

func TestNoInputIsCalledByWhatShowsNothing(t *testing.T) {
	for _, text := range []string{"\u200b", "\u3164", "\u2800", "\U000E0041", "\u200b\u3164 \u2800\ufe0f", "\u202e", "\u00ad"} {
		r := &entryReader{values: client.Values{"name": text}}
		if r.text("name", true); len(r.errs) != 1 || r.errs[0].Code != client.CodeRequired {
			t.Errorf("name of a group %+q: %v", text, r.errs)
		}
		by := UpsertKey{ExternalUserName: &text}
		if errs := by.check(); len(errs) != 1 || errs[0].Code != client.CodeRequired {
			t.Errorf("external user name %+q: %v", text, errs)
		}
	}
}
