package client

import (
	"time"
)

// Business is the tenant that clients belong to.
type Business struct {
	BusinessID int64
	Name       *string
	// TimeZoneID is the IANA time zone for days in reports; UTC unless set.
	TimeZoneID string
	// Locale decides the order of names; nil is the root collation.
	Locale *string
	// PhoneRegion is the ISO 3166 region in which numbers without a country code
	// are read; US unless set.
	PhoneRegion string
	// RekeyedTo is set while clients are rekeyed for a new locale or phone region: clients
	// with ids up to it have their new keys. It is nil when all have.
	RekeyedTo *int64
}

// Zone returns the business's time zone.
func (b *Business) Zone() *time.Location {
	if zone := storedZone(b.TimeZoneID); zone != nil {
		return zone
	}
	return time.UTC
}

// Rekeying says whether some clients do not have the keys for the current locale and
// phone region yet.
func (b *Business) Rekeying() bool { return b.RekeyedTo != nil }

// DefaultBusiness returns a business with the default settings.
func DefaultBusiness(businessID int64) *Business {
	return &Business{BusinessID: businessID, TimeZoneID: "UTC", PhoneRegion: "US"}
}

// TimeZone describes a zone at one instant.
type TimeZone struct {
	// TimeZoneID is the IANA name.
	TimeZoneID string
	// TimeZoneCode is the abbreviation in use, such as EDT.
	TimeZoneCode string
	TimeZoneDesc string
	Visible      bool
	// SortOrder ranks zones from west to east by their present offset: quarter
	// hours east of UTC-12:00.
	SortOrder int64
	// CurrentOffset is the offset in minutes east of UTC.
	CurrentOffset int64
}

// DescribeZone describes the zone with that name at now; nil if there is none.
func DescribeZone(name string, now time.Time) *TimeZone {
	zone := storedZone(name)
	if zone == nil {
		return nil
	}
	local := now.In(zone)
	code, seconds := local.Zone()
	minutes := int64(seconds / 60)
	return &TimeZone{
		TimeZoneID:    name,
		TimeZoneCode:  code,
		TimeZoneDesc:  "(UTC" + local.Format("-07:00") + ") " + name,
		Visible:       true,
		SortOrder:     (minutes + 12*60) / 15,
		CurrentOffset: minutes,
	}
}
