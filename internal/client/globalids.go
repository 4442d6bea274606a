package client

// Whatever names a client by its number names it by its global id too, by which
// caches know it.

func clientID(number int64) ID { return ID{Type: TypeClient, Number: number} }

// GlobalIDs are the global ids of clients, in their order.
func GlobalIDs(numbers []int64) []*ID {
	ids := make([]*ID, len(numbers))
	for i, number := range numbers {
		ids[i] = new(clientID(number))
	}
	return ids
}

// optionalClientID is nil for none.
func optionalClientID(number *int64) *ID {
	if number == nil {
		return nil
	}
	return new(clientID(*number))
}

// ClientGlobalID is the client that it happened to.
func (c *SyncChange) ClientGlobalID() ID { return clientID(c.ClientID) }

// MergedIntoClientGlobalID is the client that MergedIntoClientID names.
func (c *SyncChange) MergedIntoClientGlobalID() *ID { return optionalClientID(c.MergedIntoClientID) }

// MergedIntoClientGlobalID is the client that MergedIntoClientID names.
func (e *Error) MergedIntoClientGlobalID() *ID { return optionalClientID(e.MergedIntoClientID()) }

// ClientGlobalID is the client that had the value, by the id that it had then.
func (a Alias) ClientGlobalID() ID { return clientID(a.ClientID) }

// ClientGlobalID is the client that survives.
func (r *MergeReport) ClientGlobalID() ID { return clientID(r.ClientID) }

// ClientGlobalIDs are those who are folded in.
func (r *MergeReport) ClientGlobalIDs() []*ID { return GlobalIDs(r.ClientIDs) }

// ClientGlobalID is which client.
func (v VersionOf) ClientGlobalID() ID { return clientID(v.ClientID) }

// FromClientGlobalID is whose it was.
func (m MergeMove) FromClientGlobalID() ID { return clientID(m.FromClientID) }

// FromClientGlobalID is whose value it is.
func (f MergeFill) FromClientGlobalID() ID { return clientID(f.FromClientID) }

// WinnerClientGlobalID is whose value the survivor has afterwards.
func (c *MergeConflict) WinnerClientGlobalID() ID { return clientID(c.WinnerID) }

// ClientGlobalID is whose value it is.
func (v MergeValue) ClientGlobalID() ID { return clientID(v.ClientID) }

// ClientGlobalID is which client.
func (c ConflictOf) ClientGlobalID() ID { return clientID(c.ClientID) }

// ClientGlobalIDs are the two clients.
func (p DuplicatePair) ClientGlobalIDs() []*ID { return GlobalIDs(p.ClientIDs) }

// ClientGlobalID is the client at the other end of a viewer edge; nil of other
// changes.
func (change *Change) ClientGlobalID() *ID {
	if number := change.neighbour(); number != 0 {
		return new(clientID(number))
	}
	return nil
}

// ID is the global id.
func (b *Business) ID() ID { return ID{Type: TypeBusiness, Number: b.BusinessID} }

// ID is the global id, good within the business.
func (g *LocationGroup) ID() ID { return ID{Type: TypeLocationGroup, Number: g.LocationGroupID} }
