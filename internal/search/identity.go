package search

import (
	"crypto/sha256"
	"slices"
	"strings"

	"clientgraph/internal/client"
)

// Kinds of identity keys. Two clients with a common key may be one person; the kind
// decides how likely that is.
const (
	KeyEmail        = "e:"
	KeyPhone        = "p:"
	KeyNameAndBirth = "n:"
	KeyExternalUser = "x:"
)

// emailLower returns an address in the form that is compared; nil for none.
func emailLower(address *string) *string {
	if address == nil || client.IsBlank(*address) {
		return nil
	}
	return new(FoldEmail(*address))
}

// identityKeys returns the client's identity keys, ascending and without duplicates. The
// keys of clients merged into it are included, because the person may return with an old
// address.
func identityKeys(c *client.Client, phones []readPhone) []string {
	var keys []string
	for _, email := range EmailsLower(c) {
		keys = append(keys, KeyEmail+email)
	}
	for _, phone := range phones {
		for _, number := range phone.numbers {
			// Extensions of a family's telephone are not other telephones.
			keys = append(keys, KeyPhone+number.e164)
		}
	}
	if name := IdentityName(c); name != "" && c.DateOfBirth != nil {
		keys = append(keys, KeyNameAndBirth+name+"|"+c.DateOfBirth.String())
	}
	for _, user := range externalUserNames(c) {
		keys = append(keys, KeyExternalUser+strings.TrimSpace(user))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// IdentityName returns the client's name in the form that is compared: without case,
// accents and extra spaces; empty for none.
func IdentityName(c *client.Client) string {
	name := c.FullName()
	if name == nil {
		return ""
	}
	return Normalise(*name)
}

// Digest returns a digest of everything that finds duplicates of the client: it changes
// with any of it. IdentityKeys, the parts of the full name and the date of birth must be
// loaded.
func Digest(c *client.Client) []byte {
	return digestNamed(c, IdentityName(c))
}

func digestNamed(c *client.Client, name string) []byte {
	parts := append([]string{name}, c.IdentityKeys...)
	if c.DateOfBirth != nil {
		parts = append(parts, c.DateOfBirth.String())
	}
	digest := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return digest[:]
}

// EmailsLower returns the client's addresses in the form that is compared, its own first.
func EmailsLower(c *client.Client) []string {
	var addresses []string
	for _, address := range c.Known("emailAddress", c.EmailAddress) {
		addresses = append(addresses, *emailLower(&address))
	}
	return client.Unique(addresses)
}

// externalUserNames returns the client's external user names, its own first.
func externalUserNames(c *client.Client) []string {
	return client.Unique(c.Known("externalUserName", c.ExternalUserName))
}

// accountIDs returns the accounts of the client and of those merged into it.
func accountIDs(c *client.Client) []int64 {
	var ids []int64
	if c.ClientAccountID != nil {
		ids = append(ids, *c.ClientAccountID)
	}
	for _, m := range c.Merged {
		if m.AccountID != nil {
			ids = append(ids, *m.AccountID)
		}
	}
	return client.SortedSet(ids)
}
