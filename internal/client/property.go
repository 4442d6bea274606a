package client

// Property is a stored property of a client. The table of properties is the only place
// that defines a property's name, its rules, who may write it and its place in the struct.
// Documents, patches, history and projections all use the table.
type Property struct {
	// Name is the property's name in the schema, in documents and in history.
	Name string
	// Max bounds a text's characters or a list's entries.
	Max   int
	Rule  Rule
	flags flag
	// place is the property's field in the struct, with the functions of its type.
	place place
}

// flag is a special rule of a property.
type flag uint16

const (
	// Writable by createClient and patchClient.
	Writable flag = 1 << iota
	// Required on create, and never cleared.
	Required
	// ownWritable by role CLIENT in its own record.
	ownWritable
	// hiddenFromClient can't be read by role CLIENT.
	hiddenFromClient
	// Secret values are not in history, only that they changed.
	Secret
	// Derived when written, and not in history.
	Derived
	// Phone is a phone number of the client.
	Phone
	// Edge is a list of viewer edges: history has a change for each edge.
	Edge
	// Consent is given by the client or the business: in a merge the strictest value
	// wins.
	Consent
	// Trims says that invisible characters at the ends of the text are removed.
	Trims
	// Aliased values find the client: one that loses in a merge becomes an alias.
	Aliased
)

// Bounds of properties: MaxText is for one line of text and MaxNotes for several, in
// characters; MaxList is for the entries of a list, MaxTags for the tags of a client and
// MaxTag for the characters of a tag.
const (
	MaxText  = 1_000
	MaxNotes = 100_000
	MaxList  = 1_000
	MaxTags  = 250
	MaxTag   = 64
)

// MaxSubjects bounds the subjects of a client, and an edge list.
const MaxSubjects = 5_000

// Properties returns the table of properties, which must not be changed.
func Properties() []Property { return properties[:] }

// PropertyByName returns the property with that name; nil if there is none.
func PropertyByName(name string) *Property {
	if i := propertyIndex(name); i >= 0 {
		return &properties[i]
	}
	return nil
}

// propertyIndex returns the index in the table of the property with that name; -1 if
// there is none.
func propertyIndex(name string) int {
	for i := range properties {
		if properties[i].Name == name {
			return i
		}
	}
	return -1
}

// At returns a pointer to the property's field in c, such as a **string.
func (p *Property) At(c *Client) any { return p.place.at(c) }

// Value returns the property of c in the form of inputs and history: a string, bool,
// float64, int64, Date, time.Time, Status, or a slice; nil for a missing single value.
func (p *Property) Value(c *Client) any { return p.place.value(c) }

// Set sets the property of c to a value in the form of Value. A value of another type
// counts as none.
func (p *Property) Set(c *Client, value any) { p.place.setValue(c, value) }

// Copy copies the property from from to to. They share lists.
func (p *Property) Copy(to, from *Client) { p.place.copy(to, from) }

// Equal says whether both clients have the same value.
func (p *Property) Equal(a, b *Client) bool { return p.place.equal(a, b) }

// SameValue says whether two results of Value are the same.
func (p *Property) SameValue(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return p.place.sameValue(a, b)
}

// Empty says whether c has no value, so that nothing is stored. A flag and a count are
// never empty.
func (p *Property) Empty(c *Client) bool { return p.place.empty(c) }

// Encode returns the property of c in the form that a store keeps, see Document.
func (p *Property) Encode(c *Client) any { return p.place.encode(c) }

// EncodeValue is Encode for a result of Value; nil for nil.
func (p *Property) EncodeValue(value any) any {
	if value == nil {
		return nil
	}
	return p.place.encodeValue(value)
}

// Decode sets the property of c to a stored value; false if it has another type.
func (p *Property) Decode(c *Client, from Stored) bool { return p.place.decode(c, from) }

// DecodeValue converts a stored value to the form of Value; false if it has another type.
func (p *Property) DecodeValue(from Stored) (any, bool) { return p.place.decodeValue(from) }

// AppendJSON appends the property of c as the schema's field answers it, byte for byte as
// gqlgen writes it. For a property whose field has another form, such as timeZone, it
// appends the result of Show.
func (p *Property) AppendJSON(dst []byte, c *Client) []byte { return p.place.appendJSON(dst, c) }

// AppendStored is AppendJSON for a stored value; nil is one that is not stored. It
// returns false if the value has another type.
func (p *Property) AppendStored(dst []byte, from Stored) ([]byte, bool) {
	return p.place.appendStored(dst, from)
}

// Show returns a result of Value in the form of history, merge reports and exports: ids,
// days and instants are text.
func (p *Property) Show(value any) any {
	if value == nil {
		return nil
	}
	return p.place.show(value)
}

// IsList says whether the property is a list.
func (p *Property) IsList() bool { return p.place.facts().list }

// Entries returns the entries of the list in c; nil if the property is not a list.
func (p *Property) Entries(c *Client) []any { return p.place.entries(c) }

// SetEntries sets the list in c to entries of its own type.
func (p *Property) SetEntries(c *Client, entries []any) { p.place.setEntries(c, entries) }

// Size returns the number that Max bounds, of characters or entries, and its unit; 0 for
// other types.
func (p *Property) Size(c *Client) (size int, unit string) {
	return p.place.size(c), p.place.facts().unit
}

// Strictness orders consent values; the highest is the strictest. For other properties it
// is 0.
func (p *Property) Strictness(c *Client) int { return p.place.strictness(c) }

// Writable says whether callers can create and patch clients with the property.
func (p *Property) Writable() bool { return p.Is(Writable) }

// HiddenFromClient says whether role CLIENT may not read the property.
func (p *Property) HiddenFromClient() bool { return p.Is(hiddenFromClient) }

// Is says whether the property has a flag.
func (p *Property) Is(f flag) bool { return p.flags&f != 0 }

// FieldType returns the type of custom fields that may stand for the property; empty if
// none may. A field may stand for a writable property with one value that is not secret,
// not the business's judgement and not hidden from role CLIENT.
func (p *Property) FieldType() FieldType {
	if !p.Is(Writable) || p.Is(hiddenFromClient) || p.Name == "blocked" {
		return ""
	}
	return p.place.facts().field
}

// Mappable says whether a custom field may stand for the property.
func (p *Property) Mappable() bool { return p.FieldType() != "" }

// staysUnnamed says whether an update that does not name the property leaves it
// unchanged: it is the business's judgement, which a caller that does not know it must
// not clear.
func (p *Property) staysUnnamed() bool { return p.Name == "status" || p.Name == "blocked" }

// Held says whether the property is in the record of a person's export: it is not derived
// from other properties, and not secret.
func (p *Property) Held() bool {
	switch p.Name {
	case NameModifiedDate, NameModifiedUser, NameAppointmentCount:
		return true
	case NameFields, NameSubjects:
		// The export has fields of its own for these.
		return false
	}
	return !p.Is(Derived) && !p.Is(Secret)
}
