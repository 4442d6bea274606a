package store

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"clientgraph/internal/client"
)

// OrderField is a field that lists of clients can be ordered by.
type OrderField string

// The order fields. Clients with equal values are ordered by clientId, and clients without
// a value come first.
const (
	OrderByFullName     OrderField = "FULL_NAME"
	OrderByEmailAddress OrderField = "EMAIL_ADDRESS"
	OrderByCreatedDate  OrderField = "CREATED_DATE"
	OrderByModifiedDate OrderField = "MODIFIED_DATE"
)

// OrderFields returns all order fields.
func OrderFields() []OrderField {
	return []OrderField{OrderByFullName, OrderByEmailAddress, OrderByCreatedDate, OrderByModifiedDate}
}

// property is the name of the stored property that decides the order.
func (f OrderField) property() string {
	switch f {
	case OrderByEmailAddress:
		return client.NameEmailSortKey
	case OrderByCreatedDate:
		return client.NameCreatedDate
	case OrderByModifiedDate:
		return client.NameModifiedDate
	}
	return client.NameNameSortKey
}

// ByDate says whether the field is a date. Its places are of type DatePlace.
func (f OrderField) ByDate() bool { return f == OrderByCreatedDate || f == OrderByModifiedDate }

// Order is the order of a list. Descending is the exact reverse of ascending. Without a
// field, the list is ordered by id.
type Order struct {
	Field      OrderField
	Descending bool
}

// KeysOf returns the keys of the clients' places in the order.
func (o Order) KeysOf(rows []client.Row) []string {
	property := client.PlaceOf(o.Field.property())
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = o.keyOf(row, property)
	}
	return keys
}

func (o Order) keyOf(row client.Row, property int) string {
	if !o.Field.ByDate() {
		key, _ := row.Text(property)
		return key
	}
	at := DatePlace{ClientID: row.Base().ClientID}
	// A stored value that is not a date counts as none, as in a record.
	if date, err := row.Append(nil, property); err == nil {
		at.read(string(bytes.Trim(date, `"`)))
	}
	return at.key()
}

// Need selects the properties that KeysOf reads.
func (o Order) Need() client.Selection { return client.Select(o.Field.property()) }

// IsKey says whether a text can be the key of a place in the order.
func (o Order) IsKey(key string) bool {
	if !o.Field.ByDate() {
		return key != ""
	}
	_, is := ReadDatePlace(key)
	return is
}

// Neighbour returns the key right above or below a key. No client's key is in between.
func (o Order) Neighbour(key string, above bool) string {
	if at, is := ReadDatePlace(key); is && o.Field.ByDate() {
		if above {
			at.ClientID++
		} else {
			at.ClientID--
		}
		return at.key()
	}
	if above {
		return key + "\x01"
	}
	end := len(key) - 1
	return key[:end] + string(key[end]-1) + "~"
}

// DatePlace is a place in an order by a date.
type DatePlace struct {
	// Date is nil for a client without one.
	Date     *time.Time
	ClientID int64
}

// dateSeparator separates the date from the id in the key of a DatePlace.
const dateSeparator = "!"

func (p DatePlace) key() string {
	date := ""
	if p.Date != nil {
		date = strconv.FormatInt(p.Date.UnixMilli(), 10)
	}
	return date + dateSeparator + strconv.FormatInt(p.ClientID, 10)
}

func (p *DatePlace) read(instant string) {
	if date, err := time.Parse(time.RFC3339Nano, instant); err == nil {
		p.Date = &date
	}
}

// ReadDatePlace parses the key of a DatePlace. It returns false for any other text.
func ReadDatePlace(key string) (DatePlace, bool) {
	date, id, found := strings.Cut(key, dateSeparator)
	number, err := strconv.ParseInt(id, 10, 64)
	if !found || err != nil {
		return DatePlace{}, false
	}
	at := DatePlace{ClientID: number}
	if date == "" {
		return at, true
	}
	millis, err := strconv.ParseInt(date, 10, 64)
	at.Date = new(time.UnixMilli(millis).UTC())
	return at, err == nil
}
