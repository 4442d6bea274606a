package client

import (
	"time"
)

// MergedClient is what a survivor stores about a client that was merged into it.
type MergedClient struct {
	ClientID int64
	// MergeID is the merge that folded the client in. Clients of one merge have the same.
	MergeID    int64
	MergedDate time.Time
	// AccountID is the client's login, which finds the survivor now, and CreatedUser the
	// user who created it, and sees the survivor now; nil for none.
	AccountID   *int64
	CreatedUser *string
}

func (m MergedClient) equal(o MergedClient) bool {
	return m.ClientID == o.ClientID && m.MergeID == o.MergeID && m.MergedDate.Equal(o.MergedDate) &&
		Deref(m.AccountID) == Deref(o.AccountID) && Deref(m.CreatedUser) == Deref(o.CreatedUser)
}

// ID is the global id of the merged client. It differs from the one that the client had,
// so that no cache has two types under one id.
func (m MergedClient) ID() ID { return ID{Type: TypeMergedClient, Number: m.ClientID} }

// ClientGlobalID is the global id that the client had.
func (m MergedClient) ClientGlobalID() ID { return GlobalID(m.ClientID) }

// Alias is a value of a merged client that finds the survivor.
type Alias struct {
	// Field names the property that had the value.
	Field string
	Value string
	// ClientID is the client that had the value.
	ClientID int64
}

// Known returns a property's own value and those of its aliases, none of them blank.
func (c *Client) Known(field string, own *string) []string {
	var values []string
	if own != nil && !IsBlank(*own) {
		values = append(values, *own)
	}
	for _, alias := range c.Aliases {
		if alias.Field == field {
			values = append(values, alias.Value)
		}
	}
	return values
}

// Family returns the client's id and the ids of all clients merged into it.
func (c *Client) Family() []int64 {
	ids := []int64{c.ClientID}
	for _, m := range c.Merged {
		ids = append(ids, m.ClientID)
	}
	return ids
}
