package client

// Selection selects the properties that a read needs. The zero value selects only what
// every read loads: clientId, businessId, version and lifecycle. Equal selections are
// equal by ==.
type Selection struct {
	// bits has a bit for each property, in the order of the table.
	bits [(len(properties) + 63) / 64]uint64
}

// Select returns the selection of the named properties. Other names are ignored, because
// nothing is stored for them.
func Select(names ...string) Selection {
	var s Selection
	for _, name := range names {
		s.Add(name)
	}
	return s
}

// SelectAll selects all properties.
func SelectAll() Selection {
	var s Selection
	for i := range properties {
		s.bits[i/64] |= 1 << (i % 64)
	}
	return s
}

// Add adds the property with that name to the selection, if there is one.
func (s *Selection) Add(name string) {
	if i := propertyIndex(name); i >= 0 {
		s.bits[i/64] |= 1 << (i % 64)
	}
}

// With returns the union of both selections.
func (s Selection) With(o Selection) Selection {
	for i := range s.bits {
		s.bits[i] |= o.bits[i]
	}
	return s
}

// Has says whether the i-th property of the table is selected.
func (s Selection) Has(i int) bool { return s.bits[i/64]&(1<<(i%64)) != 0 }

// AddField adds what a field of the schema needs: the property with that name, or the
// properties that a derived field needs.
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
		// Appointments are read separately.
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
