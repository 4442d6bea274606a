package client

// Objects with a client's number also have its global id, by which caches know it.

// GlobalID returns the global id of the client with that number.
func GlobalID(number int64) ID { return ID{Type: TypeClient, Number: number} }

// GlobalIDs returns the global ids of clients, in order.
func GlobalIDs(numbers []int64) []*ID {
	ids := make([]*ID, len(numbers))
	for i, number := range numbers {
		ids[i] = new(GlobalID(number))
	}
	return ids
}

// OptionalClientID returns the global id of a client; nil for nil.
func OptionalClientID(number *int64) *ID {
	if number == nil {
		return nil
	}
	return new(GlobalID(*number))
}

// MergedIntoClientGlobalID is the global id of MergedIntoClientID.
func (e *Error) MergedIntoClientGlobalID() *ID { return OptionalClientID(e.MergedIntoClientID()) }

// ClientGlobalID is the global id of the client that had the value.
func (a Alias) ClientGlobalID() ID { return GlobalID(a.ClientID) }

// ID is the global id.
func (b *Business) ID() ID { return ID{Type: TypeBusiness, Number: b.BusinessID} }
