package client

// Selection is which stored parts of a client a read needs. The zero value
// needs only what every read loads: clientId, businessId, version and lifecycle.
// Equal selections are equal by ==.
type Selection struct {
	// bits has a bit for each property, in the order of the table.
	bits [(len(properties) + 63) / 64]uint64
}

// Select returns the selection of the named properties. Names that are no
// property are passed over: they need nothing stored.
func Select(names ...string) Selection {
	var s Selection
	for _, name := range names {
		s.Add(name)
	}
	return s
}

// SelectAll is the whole record.
func SelectAll() Selection {
	var s Selection
	for i := range properties {
		s.bits[i/64] |= 1 << (i % 64)
	}
	return s
}

// Add puts the named property into the selection, if there is one of that name.
func (s *Selection) Add(name string) {
	if i := propertyIndex(name); i >= 0 {
		s.bits[i/64] |= 1 << (i % 64)
	}
}

// With returns the selection with what o selects added.
func (s Selection) With(o Selection) Selection {
	for i := range s.bits {
		s.bits[i] |= o.bits[i]
	}
	return s
}

// Has says whether the i-th property of the table is selected.
func (s Selection) Has(i int) bool { return s.bits[i/64]&(1<<(i%64)) != 0 }

// AddField puts into the selection what a field of the schema is made of: the
// property of that name, and for a derived field the properties it derives from.
func (s *Selection) AddField(field string) {
	switch field {
	case "fullName":
		s.AddAll("firstName", "lastName", "fullName")
	case "aggregatedNotes":
		s.AddAll("notes", "alertNotes")
	case "safeDateOfBirth":
		s.Add("dateOfBirth")
	case "createdDateMillis":
		s.Add("createdDate")
	case "modifiedDateMillis":
		s.Add("modifiedDate")
	case "timeZoneCode":
		s.Add("timeZone")
	case NameAppointments:
		// They are read apart, as many as are asked for.
	case "formList":
		s.Add(NameMerged)
	case "viewClients", "clientIdsClientCanView":
		s.Add(NameSubjects)
	case "fields", "fieldDataList", "fieldDataListJson", "fieldDataMap", "fieldDataMapJson", "textSearchable":
		// A custom field may stand for any of these.
		for i := range properties {
			if properties[i].Mappable() {
				s.bits[i/64] |= 1 << (i % 64)
			}
		}
		s.Add(NameFields)
	default:
		s.Add(field)
	}
}

// AddAll is Add for each of names.
func (s *Selection) AddAll(names ...string) {
	for _, name := range names {
		s.Add(name)
	}
}
