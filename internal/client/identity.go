package client

import (
	"crypto/sha256"
	"slices"
	"strings"
)

// Kinds of identity keys. Two clients who share a key may be one person; which
// kind of key they share says how likely that is.
const (
	keyEmail        = "e:"
	keyPhone        = "p:"
	keyNameAndBirth = "n:"
	keyExternalUser = "x:"
)

// emailLower is an address as it is stored for comparing; nil for none.
func emailLower(address *string) *string {
	if address == nil || isBlank(*address) {
		return nil
	}
	return new(foldEmail(*address))
}

// identityKeys are the client's, ascending and each once. By what a merged client
// was known its survivor is: that person comes back by the old address.
func (k *Keyer) identityKeys(c *Client) []string {
	var keys []string
	for _, email := range c.emailsLower() {
		keys = append(keys, keyEmail+email)
	}
	for _, phone := range c.phones() {
		for _, number := range k.phoneNumbers(phone) {
			// A family's extension is no other telephone.
			keys = append(keys, keyPhone+number.e164)
		}
	}
	if name := c.identityName(); name != "" && c.DateOfBirth != nil {
		keys = append(keys, keyNameAndBirth+name+"|"+c.DateOfBirth.String())
	}
	for _, user := range c.externalUserNames() {
		keys = append(keys, keyExternalUser+strings.TrimSpace(user))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// identityName is the client's name as names are compared: without case,
// accents and spare spaces; empty for none.
func (c *Client) identityName() string {
	name := c.FullName()
	if name == nil {
		return ""
	}
	return normalise(*name)
}

// identity is a digest of all by which the client could be taken for another
// one: it changes when any of that does. IdentityKeys, the parts of the full
// name and the date of birth must be loaded.
func (c *Client) identity() []byte {
	return c.identityNamed(c.identityName())
}

func (c *Client) identityNamed(name string) []byte {
	parts := append([]string{name}, c.IdentityKeys...)
	if c.DateOfBirth != nil {
		parts = append(parts, c.DateOfBirth.String())
	}
	digest := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return digest[:]
}
