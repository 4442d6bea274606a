package settings

import (
	"testing"

	"clientgraph/internal/client"
)

func TestNothingOfASettingIsCalledByWhatShowsNothing(t *testing.T) {
	for _, text := range []string{"\u200b", "\u3164", "\u2800", "\U000E0041", "\u200b\u3164 \u2800\ufe0f", "\u202e", "\u00ad"} {
		if _, err := decodeChoice(text); err == nil || err.Code != client.CodeRequired {
			t.Errorf("choice %+q: %v", text, err)
		}
		if _, errs := decodeDefinition(client.Values{inputLabel: text, inputType: "TEXT"}); len(errs) != 1 || errs[0].Code != client.CodeRequired {
			t.Errorf("label %+q: %v", text, errs)
		}
		if errs := readBusiness(client.Values{inputName: text}, client.DefaultBusiness(1)); len(errs) != 1 || errs[0].Code != client.CodeRequired {
			t.Errorf("name of a business %+q: %v", text, errs)
		}
	}
}
