package client

// Property is a stored property of a client. The table of properties is the only place
// that defines a property's name, its rules, who may write it and its place in the struct.
// Documents, patches, history and projections all use the table.
type Property struct {
	// Name is the property's name in the schema, in documents and in history.
	Name string
	// Max bounds a text's characters, or a list's entries.
	Max   int
	Rule  Rule
	flags flag
	// place is the property's field of the struct, and what is done with values of its
	// type.
	place place
}

// flag is what is special about a property.
type flag uint16

const (
	// Writable by createClient and patchClient.
	Writable flag = 1 << iota
	// Required on create, and never cleared.
	Required
	// ownWritable by a CLIENT on its own record.
	ownWritable
	// hiddenFromClient may not be read by a CLIENT.
	hiddenFromClient
	// Secret is what history says of that it changed, never what it was.
	Secret
	// Derived when written; no part of history.
	Derived
	// Phone is a number by which the client is reached.
	Phone
	// Edge is a list of viewer edges: history has a change for each edge.
	Edge
	// Consent is what the client allows, or the business: of a merge the strictest
	// value wins.
	Consent
	// Trims is of a text that is stored without what shows nothing at its ends.
	Trims
	// Aliased is what others know the client by: a value that loses in a merge stays
	// as an alias.
	Aliased
)

// Bounds of properties. MaxText is of a text of one line and MaxNotes of one of
// many, in characters; MaxList of the entries of a list, MaxTags of the tags of a
// client and MaxTag of the characters of one.
const (
	MaxText  = 1_000
	MaxNotes = 100_000
	MaxList  = 1_000
	MaxTags  = 250
	MaxTag   = 64
)

// MaxSubjects bounds how many clients one client may view, and an edge list.
const MaxSubjects = 5_000

// Properties is the table of a client's stored parts. It is not to be changed.
func Properties() []Property { return properties[:] }

// PropertyByName returns the property of that name, or nil.
func PropertyByName(name string) *Property {
	if i := propertyIndex(name); i >= 0 {
		return &properties[i]
	}
	return nil
}

// propertyIndex is where in the table the property of that name is; -1 for none.
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

// Value is the property of c as inputs and history hold it: a string, bool,
// float64, int64, Date, time.Time, Status, or a slice; nil for a single value that
// is not there.
func (p *Property) Value(c *Client) any { return p.place.value(c) }

// Set sets the property of c to a value in the form of Value. A value of another type
// counts as none.
func (p *Property) Set(c *Client, value any) { p.place.setValue(c, value) }

// Copy gives to the value of from. They share lists.
func (p *Property) Copy(to, from *Client) { p.place.copy(to, from) }

// Equal says whether both clients have the same value.
func (p *Property) Equal(a, b *Client) bool { return p.place.equal(a, b) }

// SameValue says whether two values, as Value answers them, are the same.
func (p *Property) SameValue(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return p.place.sameValue(a, b)
}

// Empty says whether c has no value, so that nothing is stored of it. A flag and a
// count are never empty.
func (p *Property) Empty(c *Client) bool { return p.place.empty(c) }

// Encode is the property of c in the form that a store keeps, see Document.
func (p *Property) Encode(c *Client) any { return p.place.encode(c) }

// EncodeValue is Encode of a value, as Value answers it; nil for nil.
func (p *Property) EncodeValue(value any) any {
	if value == nil {
		return nil
	}
	return p.place.encodeValue(value)
}

// Decode gives c a stored value, and says whether it is of the property's type.
func (p *Property) Decode(c *Client, from Stored) bool { return p.place.decode(c, from) }

// DecodeValue is a stored value, as Value answers it, and says whether it is of
// the property's type.
func (p *Property) DecodeValue(from Stored) (any, bool) { return p.place.decodeValue(from) }

// AppendJSON appends what the schema's field of the property answers of c, byte for
// byte as gqlgen writes it. Of properties that the schema answers in a form of its
// own, such as timeZone, it is the value as Show has it.
func (p *Property) AppendJSON(dst []byte, c *Client) []byte { return p.place.appendJSON(dst, c) }

// AppendStored is AppendJSON of a stored value; nil is a value that is not stored.
// It says whether the value is of the property's type.
func (p *Property) AppendStored(dst []byte, from Stored) ([]byte, bool) {
	return p.place.appendStored(dst, from)
}

// Show is a value, as Value answers it, in the form that history, reports of merges
// and exports tell it: ids, days and instants are text.
func (p *Property) Show(value any) any {
	if value == nil {
		return nil
	}
	return p.place.show(value)
}

// IsList says whether the property has entries.
func (p *Property) IsList() bool { return p.place.facts().list }

// Entries returns the entries of the list in c; nil if the property is not a list.
func (p *Property) Entries(c *Client) []any { return p.place.entries(c) }

// SetEntries gives the list in c entries of its own type.
func (p *Property) SetEntries(c *Client, entries []any) { p.place.setEntries(c, entries) }

// Size is how many characters or entries c has of the property, which Max bounds,
// and what is counted; 0 of other types.
func (p *Property) Size(c *Client) (size int, unit string) {
	return p.place.size(c), p.place.facts().unit
}

// Strictness orders the values of consent; the highest is the strictest. Of other
// properties it is 0.
func (p *Property) Strictness(c *Client) int { return p.place.strictness(c) }

// Writable says whether clients are created and patched with the property.
func (p *Property) Writable() bool { return p.Is(Writable) }

// HiddenFromClient says whether role CLIENT may not read the property.
func (p *Property) HiddenFromClient() bool { return p.Is(hiddenFromClient) }

// Is says whether the property has a flag.
func (p *Property) Is(f flag) bool { return p.flags&f != 0 }

// FieldType is the type that a custom field must have to stand for the
// property; empty when none may. A field stands for a writable property of one
// value that is no secret, no judgement of the business and not denied to role
// CLIENT.
func (p *Property) FieldType() FieldType {
	if !p.Is(Writable) || p.Is(hiddenFromClient) || p.Name == "blocked" {
		return ""
	}
	return p.place.facts().field
}

// Mappable says whether a custom field may stand for the property.
func (p *Property) Mappable() bool { return p.FieldType() != "" }

// staysUnnamed says whether an update that does not name the property leaves it
// alone: it is the business's judgement of the client, and not to be lost by a
// caller that knows nothing of it.
func (p *Property) staysUnnamed() bool { return p.Name == "status" || p.Name == "blocked" }

// Held says whether a person's export has the property by itself: not what the
// service derives from other properties, and no secret.
func (p *Property) Held() bool {
	switch p.Name {
	case NameModifiedDate, NameModifiedUser, NameAppointmentCount:
		return true
	case NameFields, NameSubjects:
		// The export has them in fields of their own.
		return false
	}
	return !p.Is(Derived) && !p.Is(Secret)
}
