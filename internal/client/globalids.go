package client

// Whatever names a client by its number names it by its global id too, by which
// caches know it.

// GlobalID is the global id of the client of that number.
func GlobalID(number int64) ID { return ID{Type: TypeClient, Number: number} }

// GlobalIDs are the global ids of clients, in their order.
func GlobalIDs(numbers []int64) []*ID {
	ids := make([]*ID, len(numbers))
	for i, number := range numbers {
		ids[i] = new(GlobalID(number))
	}
	return ids
}

// OptionalClientID is nil for none.
func OptionalClientID(number *int64) *ID {
	if number == nil {
		return nil
	}
	return new(GlobalID(*number))
}

// MergedIntoClientGlobalID is the client that MergedIntoClientID names.
func (e *Error) MergedIntoClientGlobalID() *ID { return OptionalClientID(e.MergedIntoClientID()) }

// ClientGlobalID is the client that had the value, by the id that it had then.
func (a Alias) ClientGlobalID() ID { return GlobalID(a.ClientID) }

// ID is the global id.
func (b *Business) ID() ID { return ID{Type: TypeBusiness, Number: b.BusinessID} }
