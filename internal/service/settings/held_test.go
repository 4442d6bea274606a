package settings

import (
	"testing"

	"clientgraph/internal/client"
)

func TestWhatABusinessHasMayBeSentBack(t *testing.T) {
	business := &client.Business{BusinessID: 1, Name: new("\u200b"), TimeZoneID: "right/America/New_York", Locale: new("xx-bad-locale-gone"), PhoneRegion: "ZZ"}
	before := *business
	errs := readBusiness(client.Values{"name": "\u200b", "timeZone": "right/America/New_York", "locale": "xx-bad-locale-gone", "phoneRegion": "ZZ"}, business)
	if errs != nil || *business.Name != *before.Name || business.TimeZoneID != before.TimeZoneID || *business.Locale != *before.Locale || business.PhoneRegion != before.PhoneRegion {
		t.Errorf("%v: %+v", errs, business)
	}
	if errs := readBusiness(client.Values{"timeZone": "right/America/New_York"}, client.DefaultBusiness(1)); len(errs) != 1 {
		t.Errorf("another business: %v", errs)
	}
}
