package client

import "slices"

// Trait is a trait that a client has or does not have.
type Trait string

// The traits that reports ask for.
const (
	TraitEmailAddress Trait = "EMAIL_ADDRESS"
	// TraitPhone is at least one phone number: cell, home or business.
	TraitPhone       Trait = "PHONE"
	TraitDateOfBirth Trait = "DATE_OF_BIRTH"
	// TraitAccount is an account for the public scheduler.
	TraitAccount Trait = "ACCOUNT"
)

// Traits returns all traits.
func Traits() []Trait {
	return []Trait{TraitEmailAddress, TraitPhone, TraitDateOfBirth, TraitAccount}
}

// Properties returns the properties of the trait: a client with a value of any of them has
// the trait.
func (t Trait) Properties() []*Property {
	var all []*Property
	for i := range properties {
		if p := &properties[i]; t.isMadeBy(p) {
			all = append(all, p)
		}
	}
	return all
}

func (t Trait) isMadeBy(p *Property) bool {
	switch t {
	case TraitEmailAddress:
		return p.Name == NameEmailAddress
	case TraitPhone:
		return p.Is(Phone)
	case TraitDateOfBirth:
		return p.Name == NameDateOfBirth
	case TraitAccount:
		return p.Name == NameClientAccountID
	}
	return false
}

// Has says whether the client has a trait.
func (c *Client) Has(t Trait) bool {
	return slices.ContainsFunc(t.Properties(), func(p *Property) bool { return !p.Empty(c) })
}
