package client

import (
	"time"
)

// MergedClient is what a survivor keeps of a client that was folded into it.
type MergedClient struct {
	ClientID int64
	// MergeID names the merge that folded it in; those of one merge share it.
	MergeID    int64
	MergedDate time.Time
	// AccountID is the login that the client had, which is the survivor's now, and
	// CreatedUser who created it, who sees the survivor now; nil for none.
	AccountID   *int64
	CreatedUser *string
}

func (m MergedClient) equal(o MergedClient) bool {
	return m.ClientID == o.ClientID && m.MergeID == o.MergeID && m.MergedDate.Equal(o.MergedDate) &&
		deref(m.AccountID) == deref(o.AccountID) && deref(m.CreatedUser) == deref(o.CreatedUser)
}

// ID is the global id of what became of the client: another one than it had, so
// that no cache holds two types under one id.
func (m MergedClient) ID() ID { return ID{Type: TypeMergedClient, Number: m.ClientID} }

// ClientGlobalID is the global id that the client had.
func (m MergedClient) ClientGlobalID() ID { return clientID(m.ClientID) }

// Alias is a value by which a client was known before a merge, and still is.
type Alias struct {
	// Field names the property that had the value.
	Field string
	Value string
	// ClientID is the client whose value it was.
	ClientID int64
}

// emailsLower are the client's addresses as they are compared, its own first.
func (c *Client) emailsLower() []string {
	var addresses []string
	for _, address := range c.known("emailAddress", c.EmailAddress) {
		addresses = append(addresses, *emailLower(&address))
	}
	return unique(addresses)
}

// externalUserNames are the client's names in other systems, its own first.
func (c *Client) externalUserNames() []string {
	return unique(c.known("externalUserName", c.ExternalUserName))
}

// known are a property's own value and those of its aliases, none of them blank.
func (c *Client) known(field string, own *string) []string {
	var values []string
	if own != nil && !isBlank(*own) {
		values = append(values, *own)
	}
	for _, alias := range c.Aliases {
		if alias.Field == field {
			values = append(values, alias.Value)
		}
	}
	return values
}

// accountIDs are the client's login and those that were merged into it.
func (c *Client) accountIDs() []int64 {
	var ids []int64
	if c.ClientAccountID != nil {
		ids = append(ids, *c.ClientAccountID)
	}
	for _, m := range c.Merged {
		if m.AccountID != nil {
			ids = append(ids, *m.AccountID)
		}
	}
	return sortedSet(ids)
}

// family is the client's id and those of all that were merged into it.
func (c *Client) family() []int64 {
	ids := []int64{c.ClientID}
	for _, m := range c.Merged {
		ids = append(ids, m.ClientID)
	}
	return ids
}

// unique drops repetitions and keeps the order.
func unique[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	var once []T
	for _, value := range list {
		if !seen[value] {
			seen[value] = true
			once = append(once, value)
		}
	}
	return once
}
