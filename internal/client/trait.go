package client

// Trait is something that a client has or has not.
type Trait string

// The traits that reports ask for.
const (
	TraitEmailAddress Trait = "EMAIL_ADDRESS"
	// TraitPhone is one phone number at least of the client's own: cell, home or
	// business.
	TraitPhone       Trait = "PHONE"
	TraitDateOfBirth Trait = "DATE_OF_BIRTH"
	// TraitAccount is a login to the public scheduler.
	TraitAccount Trait = "ACCOUNT"
)

// Traits are all of them.
func Traits() []Trait {
	return []Trait{TraitEmailAddress, TraitPhone, TraitDateOfBirth, TraitAccount}
}

// Properties are the properties one of which makes the trait, by name.
func (t Trait) Properties() []string {
	switch t {
	case TraitEmailAddress:
		return []string{"emailAddress"}
	case TraitPhone:
		return []string{"cellPhone", "homePhone", "businessPhone"}
	case TraitDateOfBirth:
		return []string{"dateOfBirth"}
	case TraitAccount:
		return []string{"clientAccountId"}
	}
	return nil
}

// Has says whether the client has a trait.
func (c *Client) Has(t Trait) bool {
	switch t {
	case TraitEmailAddress:
		return c.EmailAddress != nil
	case TraitPhone:
		return c.CellPhone != nil || c.HomePhone != nil || c.BusinessPhone != nil
	case TraitDateOfBirth:
		return c.DateOfBirth != nil
	case TraitAccount:
		return c.ClientAccountID != nil
	}
	return false
}
