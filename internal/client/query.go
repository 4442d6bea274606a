package client

// OrderField is what a list of clients can be ordered by.
type OrderField string

// The order fields. Ties go by clientId.
const (
	OrderByFullName     OrderField = "FULL_NAME"
	OrderByEmailAddress OrderField = "EMAIL_ADDRESS"
)

// Order is the order of a list; descending is the exact reverse of ascending.
type Order struct {
	Field      OrderField
	Descending bool
}

// KeyOf is the client's place in the order.
func (o Order) KeyOf(c *Client) string {
	if o.Field == OrderByEmailAddress {
		return c.EmailKey
	}
	return c.NameKey
}

// need is what KeyOf reads.
func (o Order) need() Selection {
	if o.Field == OrderByEmailAddress {
		return Select(nameEmailKey)
	}
	return Select(nameNameKey)
}

// Filter says which of the visible clients are meant. The zero value means all
// live ones. Within a list: any of; between conditions: all of.
type Filter struct {
	// ClientIDs, when not nil, are the only clients meant: an empty list means
	// none.
	ClientIDs []int64
	// Statuses is no condition when empty.
	Statuses []Status
	// IncludeDeleted means deleted clients as well.
	IncludeDeleted bool
}

// Query is a filter with an order, a place to start from and a bound.
type Query struct {
	Filter Filter
	Order  Order
	// After and Before bound the query to keys of the order strictly between
	// them; empty is no bound.
	After, Before string
	// Backward reads from the end of the order to its start.
	Backward bool
	// Skip passes over that many clients. Limit bounds the answer, always.
	Skip, Limit int64
	Need        Selection
}
