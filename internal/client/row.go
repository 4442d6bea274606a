package client

// Row is a client as a read returns it, in any form: what every read loads, and the
// selected properties. A property is named by its place in Properties; one that was not
// selected is treated as absent. A row must be used by one goroutine at a time.
type Row interface {
	// Base returns the part of a client that every read loads.
	Base() Base
	// Append appends a property as JSON, as Property.AppendJSON does. It fails for a
	// stored value of another type.
	Append(dst []byte, place int) ([]byte, error)
	// Text returns a property that is a single text; false if there is none. The text is
	// valid as long as the row.
	Text(place int) (string, bool)
	// IDs appends the entries of a list of ids, or a single id.
	IDs(to []int64, place int) []int64
	// Record returns the row as a record with the selected properties.
	Record() (*Client, error)
}

// Base is the part of a client that every read loads.
type Base struct {
	ClientID, BusinessID, Version int64
	Lifecycle                     Lifecycle
}

// BaseOf returns the base of a record.
func BaseOf(c *Client) Base {
	return Base{ClientID: c.ClientID, BusinessID: c.BusinessID, Version: c.Version, Lifecycle: c.Lifecycle}
}

// PlaceOf returns the place in Properties of the property with that name; -1 if there is
// none.
func PlaceOf(name string) int { return propertyIndex(name) }

// RowsOf converts records to rows.
func RowsOf(clients []*Client) []Row {
	records := make([]record, len(clients))
	rows := make([]Row, len(clients))
	for i, c := range clients {
		records[i].client = c
		rows[i] = &records[i]
	}
	return rows
}

// RecordsOf converts rows to records.
func RecordsOf(rows []Row) ([]*Client, error) {
	clients := make([]*Client, len(rows))
	for i, row := range rows {
		var err error
		if clients[i], err = row.Record(); err != nil {
			return nil, err
		}
	}
	return clients, nil
}

// record is a row with a record.
type record struct{ client *Client }

var _ Row = (*record)(nil)

// Base implements Row.
func (r *record) Base() Base { return BaseOf(r.client) }

// Append implements Row.
func (r *record) Append(dst []byte, place int) ([]byte, error) {
	return properties[place].AppendJSON(dst, r.client), nil
}

// Text implements Row.
func (r *record) Text(place int) (string, bool) {
	text, there := properties[place].Value(r.client).(string)
	return text, there
}

// IDs implements Row.
func (r *record) IDs(to []int64, place int) []int64 {
	switch value := properties[place].Value(r.client).(type) {
	case []int64:
		return append(to, value...)
	case int64:
		return append(to, value)
	}
	return to
}

// Record implements Row.
func (r *record) Record() (*Client, error) { return r.client, nil }

// AppendFullName appends the full name of a row as JSON.
func AppendFullName(dst []byte, row Row) []byte {
	if name, there := row.Text(placeFullName); there && !IsBlank(name) {
		return AppendText(dst, name)
	}
	first, there := row.Text(placeFirstName)
	there = there && !IsBlank(first)
	last, lastThere := row.Text(placeLastName)
	lastThere = lastThere && !IsBlank(last)
	switch {
	case there && lastThere:
		// A space replaces the quotes between the two names.
		dst = AppendText(dst, first)
		end := len(dst) - 1
		dst = AppendText(dst[:end], last)
		dst[end] = ' '
		return dst
	case there:
		return AppendText(dst, first)
	case lastThere:
		return AppendText(dst, last)
	}
	return append(dst, "null"...)
}

// Places of the properties for the full name.
var (
	placeFullName  = propertyIndex("fullName")
	placeFirstName = propertyIndex("firstName")
	placeLastName  = propertyIndex("lastName")
)
