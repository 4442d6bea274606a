package client

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTimeZonesAreThoseOfIANA(t *testing.T) {
	for _, name := range []string{
		"America/New_York", "UTC", "Etc/UTC", "GMT", "Etc/GMT+12", "Europe/Kyiv", "America/Argentina/ComodRivadavia",
		// Names of the backward file.
		"Europe/Kiev", "US/Eastern", "Asia/Calcutta", "America/Buenos_Aires", "GB-Eire", "Zulu", "EST5EDT", "Asia/Saigon", "Pacific/Enderbury",
	} {
		if zone, err := TimeZoneRule(name); err != nil || zone != name {
			t.Errorf("%s: %v, %v", name, zone, err)
		}
	}
	for _, name := range []string{
		"right/America/New_York", "right/UTC", "posix/America/New_York", "posix/UTC", "localtime", "posixrules", "Factory", "Local", "",
		"America/new_york", "america/New_York", "UTC ", " UTC", "America", "America/", "/UTC", "./UTC", "America/../UTC", "Etc/../Etc/UTC",
		"UTC+1", "+02:00", "EDT", "zone.tab", "tzdata.zi", "leapseconds", "iso3166.tab", "Etc/Unknown",
	} {
		if zone, err := TimeZoneRule(name); err == nil || err.Code != CodeInvalidTimeZone {
			t.Errorf("%q is the zone %v, %v", name, zone, err)
		}
	}
}

// A host may have anything in its folder of zones, or an administrator in
// $ZONEINFO.
func TestTimeZonesAreNeverTheHosts(t *testing.T) {
	folder := t.TempDir()
	tokyo, err := zoneTable()["Asia/Tokyo"]()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Mine", "UTC"} {
		if err := os.WriteFile(filepath.Join(folder, name), tokyo, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("ZONEINFO", folder)
	if _, err := LoadZone("Mine"); err == nil {
		t.Error("a zone of the host's is one")
	}
	zone, err := LoadZone("UTC")
	if err != nil {
		t.Fatal(err)
	}
	if _, offset := time.Now().In(zone).Zone(); offset != 0 {
		t.Errorf("UTC is the host's, %d seconds east", offset)
	}
}

// A zone that was stored before they were the program's own is read by its rules
// without leap seconds.
func TestZonesStoredFromAHostAreRead(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"America/New_York": "08:00:00", "right/America/New_York": "08:00:00", "posix/Asia/Tokyo": "21:00:00",
		"localtime": "", "Factory": "", "": "", "right/nowhere": "", "right/right/UTC": "",
	} {
		got := ""
		if zone := storedZone(name); zone != nil {
			got = at.In(zone).Format(time.TimeOnly)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// Zones have the offsets that they had, have, and will have by their rules.
func TestZonesTellTheTimeOfThePlace(t *testing.T) {
	for _, c := range []struct{ zone, utc, local string }{
		{"America/New_York", "1883-11-18T16:59:00Z", "1883-11-18T12:02:58-04:56"},
		{"America/New_York", "1974-01-07T12:00:00Z", "1974-01-07T08:00:00-04:00"},
		{"Europe/London", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00+01:00"},
		{"Europe/London", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z"},
		{"Europe/London", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00+01:00"},
		{"Europe/London", "2099-07-01T00:00:00Z", "2099-07-01T01:00:00+01:00"},
		{"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00"},
		{"Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T05:45:00+05:45"},
		{"Australia/Lord_Howe", "2026-01-01T00:00:00Z", "2026-01-01T11:00:00+11:00"},
		{"Europe/Dublin", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"},
		{"Africa/Casablanca", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00"},
		{"Etc/GMT+12", "2026-01-01T00:00:00Z", "2025-12-31T12:00:00-12:00"},
		{"America/Sao_Paulo", "2026-01-01T00:00:00Z", "2025-12-31T21:00:00-03:00"},
	} {
		zone, err := LoadZone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(zone).Format(time.RFC3339); got != c.local {
			t.Errorf("%s at %s: %s, want %s", c.zone, c.utc, got, c.local)
		}
	}
}

// Every zone of the table can be read.
func TestEveryZoneIsReadable(t *testing.T) {
	if len(zoneTable()) < 590 {
		t.Errorf("there are %d names of zones", len(zoneTable()))
	}
	for name := range zoneTable() {
		if _, err := LoadZone(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
