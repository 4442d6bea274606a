package client

import (
	"slices"
)

// Held says whether a stored part is told of as such: not what the service
// derives from other parts, and no secret.
func (p *Property) Held() bool {
	switch p.Name {
	case NameModifiedDate, NameModifiedUser, NameAppointmentCount:
		return true
	case NameFields, NameSubjects:
		// They are told by themselves.
		return false
	}
	return !p.Is(Derived) && !p.Is(Secret)
}

// Property is one stored part of a client. The table of them is the single
// place that says what a part is called, how it is checked, who may write it
// and where it lies in the struct; documents, patches, history and projections
// are all read off it.
type Property struct {
	// Name is the property's name in the schema, in documents and in history.
	Name string
	// Max bounds a text's characters, or a list's entries.
	Max  int
	Rule Rule
	has  trait
	at   func(*Client) any
	// Kind is a place of the property's Go type, to be asked for its type alone.
	Kind any
	// mapped says whether a custom field may stand for the property.
	mapped bool
}

// trait is what is special about a property.
type trait uint16

const (
	// Writable by createClient and patchClient.
	Writable trait = 1 << iota
	// Required on create, and never cleared.
	Required
	// ownWritable by a CLIENT on its own record.
	ownWritable
	// hiddenFromClient may not be read by a CLIENT.
	hiddenFromClient
	// Secret is what history says of that it changed, never what it was.
	Secret
	// Derived when written; no part of history.
	Derived
	// Phone is a number by which the client is reached.
	Phone
	// Edge is a viewer edge: history tells each one, not the list.
	Edge
	// Consent is what the client allows, or the business: of a merge the strictest
	// value wins.
	Consent
	// trims is a text that is stored without what shows nothing at its ends.
	trims
	// Aliased is what others know the client by: a value that loses in a merge stays
	// as an alias.
	Aliased
)

// Bounds of properties. MaxText is of a text of one line and MaxNotes of one of
// many, in characters; MaxList of the entries of a list, MaxTags of the tags of a
// client and MaxTag of the characters of one.
const (
	MaxText  = 1_000
	MaxNotes = 100_000
	MaxList  = 1_000
	MaxTags  = 250
	MaxTag   = 64
)

// MaxSubjects bounds how many clients one client may view, and an edge list.
const MaxSubjects = 5_000

// properties is the table. Its order is the order of a document's parts. The
// parts that every read loads are not in it: clientId, businessId, version,
// lifecycle.
var properties = withKinds([]Property{
	{Name: "parentBusinessId", at: func(c *Client) any { return &c.ParentBusinessID }},
	{Name: "clientAccountId", at: func(c *Client) any { return &c.ClientAccountID }},
	{Name: "createdDate", at: func(c *Client) any { return &c.CreatedDate }},
	{Name: "createdUser", has: hiddenFromClient, at: func(c *Client) any { return &c.CreatedUser }},
	{Name: NameModifiedDate, has: Derived, at: func(c *Client) any { return &c.ModifiedDate }},
	{Name: NameModifiedUser, has: Derived | hiddenFromClient, at: func(c *Client) any { return &c.ModifiedUser }},
	{Name: "sanitized", at: func(c *Client) any { return &c.Sanitized }},
	{Name: "status", Max: MaxText, has: Writable | Consent, Rule: statusRule, at: func(c *Client) any { return &c.Status }},
	{Name: "blocked", has: Writable | Consent, at: func(c *Client) any { return &c.Blocked }},

	{Name: "firstName", Max: MaxText, has: Writable | trims | Required | ownWritable, at: func(c *Client) any { return &c.FirstName }},
	{Name: "lastName", Max: MaxText, has: Writable | trims | Required | ownWritable, at: func(c *Client) any { return &c.LastName }},
	{Name: "fullName", Max: MaxText, has: Writable | trims | ownWritable, at: func(c *Client) any { return &c.StoredFullName }},
	{Name: NameEmailAddress, Max: MaxEmail, has: Writable | Aliased | Required, Rule: EmailRule, at: func(c *Client) any { return &c.EmailAddress }},
	{Name: NameExternalUserName, Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.ExternalUserName }},
	{Name: "companyName", Max: MaxText, has: Writable | trims, at: func(c *Client) any { return &c.CompanyName }},
	{Name: NameDateOfBirth, has: Writable, at: func(c *Client) any { return &c.DateOfBirth }},
	{Name: "sex", Max: MaxText, has: Writable, at: func(c *Client) any { return &c.Sex }},
	{Name: "spouseName", Max: MaxText, has: Writable | trims, at: func(c *Client) any { return &c.SpouseName }},
	{Name: "referredBy", Max: MaxText, has: Writable, at: func(c *Client) any { return &c.ReferredBy }},
	{Name: "imageUrl", Max: MaxText, has: Writable, Rule: urlRule, at: func(c *Client) any { return &c.ImageURL }},

	{Name: "cellPhone", Max: MaxText, has: Writable | ownWritable | Phone | Aliased, at: func(c *Client) any { return &c.CellPhone }},
	{Name: "homePhone", Max: MaxText, has: Writable | ownWritable | Phone | Aliased, at: func(c *Client) any { return &c.HomePhone }},
	{Name: "businessPhone", Max: MaxText, has: Writable | ownWritable | Phone | Aliased, at: func(c *Client) any { return &c.BusinessPhone }},
	{Name: "emergencyContact", Max: MaxText, has: Writable | trims, at: func(c *Client) any { return &c.EmergencyContact }},
	{Name: "emergencyContactPhone", Max: MaxText, has: Writable, at: func(c *Client) any { return &c.EmergencyContactPhone }},

	{Name: "address1", Max: MaxText, has: Writable | ownWritable, at: func(c *Client) any { return &c.Address1 }},
	{Name: "address2", Max: MaxText, has: Writable | ownWritable, at: func(c *Client) any { return &c.Address2 }},
	{Name: "city", Max: MaxText, has: Writable | ownWritable, at: func(c *Client) any { return &c.City }},
	{Name: "county", Max: MaxText, has: Writable | ownWritable, at: func(c *Client) any { return &c.County }},
	{Name: "state", Max: MaxText, has: Writable | ownWritable, at: func(c *Client) any { return &c.State }},
	{Name: "zip", Max: MaxText, has: Writable | ownWritable, at: func(c *Client) any { return &c.Zip }},
	{Name: "country", Max: MaxText, has: Writable | ownWritable, at: func(c *Client) any { return &c.Country }},
	{Name: "latitude", has: Writable, Rule: within(90), at: func(c *Client) any { return &c.Latitude }},
	{Name: "longitude", has: Writable, Rule: within(180), at: func(c *Client) any { return &c.Longitude }},

	{Name: "locale", Max: MaxText, has: Writable | ownWritable, Rule: LocaleRule, at: func(c *Client) any { return &c.Locale }},
	{Name: "timeZone", Max: MaxText, has: Writable | ownWritable, Rule: TimeZoneRule, at: func(c *Client) any { return &c.TimeZoneID }},

	{Name: "notes", Max: MaxNotes, has: Writable | hiddenFromClient, at: func(c *Client) any { return &c.Notes }},
	{Name: "alertNotes", Max: MaxList, has: Writable | hiddenFromClient, at: func(c *Client) any { return &c.AlertNotes }},
	{Name: NameTags, Max: MaxTags, has: Writable | hiddenFromClient, Rule: tagRule, at: func(c *Client) any { return &c.Tags }},

	{Name: "allowWaitListText", has: Writable | Consent, at: func(c *Client) any { return &c.AllowWaitListText }},
	{Name: "invitationOptIn", has: Writable | Consent, at: func(c *Client) any { return &c.InvitationOptIn }},
	{Name: "enrollee", has: Writable, at: func(c *Client) any { return &c.Enrollee }},
	{Name: "excludeEmailCategoryIdList", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.ExcludeEmailCategoryIDList }},
	{Name: "excludeEmailTemplateIdList", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.ExcludeEmailTemplateIDList }},

	{Name: "insuranceCo", Max: MaxText, has: Writable, at: func(c *Client) any { return &c.InsuranceCo }},
	{Name: "insuranceGroup", Max: MaxText, has: Writable, at: func(c *Client) any { return &c.InsuranceGroup }},
	{Name: "insuranceNo", Max: MaxText, has: Writable, at: func(c *Client) any { return &c.InsuranceNo }},
	{Name: "insurancePlan", Max: MaxText, has: Writable, at: func(c *Client) any { return &c.InsurancePlan }},

	{Name: "authnetCustomerId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.AuthnetCustomerID }},
	{Name: "authnetPaymentProfileIdList", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.AuthnetPaymentProfileIDList }},
	{Name: "enterpriseClientId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.EnterpriseClientID }},
	{Name: "hubspotutk", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.Hubspotutk }},
	{Name: "infusionsoftContactId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.InfusionsoftContactID }},
	{Name: "salesforceAccountId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.SalesforceAccountID }},
	{Name: "salesforceContactId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.SalesforceContactID }},
	{Name: "salesforceLeadId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.SalesforceLeadID }},
	{Name: "salesforcePersonId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.SalesforcePersonID }},
	{Name: "squareCustomerId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.SquareCustomerID }},
	{Name: "stripeCustomerId", Max: MaxText, has: Writable | Aliased, at: func(c *Client) any { return &c.StripeCustomerID }},
	{Name: "ssoTags", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.SSOTags }},
	{Name: "ipAddress", Max: MaxText, has: Writable | hiddenFromClient, at: func(c *Client) any { return &c.IPAddress }},

	{Name: "jobRequisitionNumbersAccepted", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.JobRequisitionNumbersAccepted }},
	{Name: "jobRequisitionNumbersDeclined", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.JobRequisitionNumbersDeclined }},
	{Name: "jobRequisitionNumbersSent", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.JobRequisitionNumbersSent }},
	{Name: "requisitionIdsAccepted", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.RequisitionIDsAccepted }},
	{Name: "requisitionIdsDeclined", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.RequisitionIDsDeclined }},
	{Name: "requisitionIdsSent", Max: MaxList, has: Writable, at: func(c *Client) any { return &c.RequisitionIDsSent }},

	{Name: NameFields, at: func(c *Client) any { return &c.FieldValues }},
	{Name: NameSubjects, has: Edge, at: func(c *Client) any { return &c.SubjectIDs }},
	{Name: NameMergedInto, at: func(c *Client) any { return &c.MergedInto }},
	{Name: NameMerged, at: func(c *Client) any { return &c.Merged }},
	{Name: NameAliases, at: func(c *Client) any { return &c.Aliases }},
	{Name: NameAppointments, has: Derived, at: func(c *Client) any { return &c.Appointments }},
	{Name: NameAppointmentCount, has: Derived, at: func(c *Client) any { return &c.ActiveAppointmentCount }},
	{Name: NameNameKey, has: Derived, at: func(c *Client) any { return &c.NameKey }},
	{Name: NameEmailKey, has: Derived, at: func(c *Client) any { return &c.EmailKey }},
	{Name: NamePhoneSpellings, has: Derived, at: func(c *Client) any { return &c.PhoneSpellings }},
	{Name: "keys", has: Derived, at: func(c *Client) any { return &c.Keys }},
	{Name: "emailsLower", has: Derived, at: func(c *Client) any { return &c.EmailsLower }},
	{Name: "externalUserNames", has: Derived, at: func(c *Client) any { return &c.ExternalUserNames }},
	{Name: nameAccountIDs, has: Derived, at: func(c *Client) any { return &c.AccountIDs }},
	{Name: NameIdentityKeys, has: Derived, at: func(c *Client) any { return &c.IdentityKeys }},
	{Name: "ssn", has: Secret, at: func(c *Client) any { return &c.SealedSSN }},
	{Name: "password", has: Secret, at: func(c *Client) any { return &c.PasswordHash }},
})

// Names of stored parts that rules and queries speak of.
const (
	NameFields   = "fields"
	NameSubjects = "viewSubjectIds"
	NameNameKey  = "nameKey"
	NameEmailKey = "emailKey"

	NameDateOfBirth = "dateOfBirth"
	NameTags        = "tags"

	NameEmailAddress     = "emailAddress"
	NameExternalUserName = "externalUserName"

	NamePhoneSpellings = "phoneSpellings"

	NameModifiedDate = "modifiedDate"
	NameModifiedUser = "modifiedUser"

	NameIdentityKeys = "identityKeys"
	nameAccountIDs   = "accountIds"

	NameMergedInto = "mergedIntoClientId"
	NameMerged     = "mergedClients"
	NameAliases    = "aliases"

	// What the scheduler sends changes these.
	NameAppointments     = "appointments"
	NameAppointmentCount = "activeAppointmentCount"
	NameFormList         = "formList"
)

// Properties is the table of a client's stored parts. It is not to be changed.
func Properties() []Property { return properties }

// PropertyByName returns the property of that name, or nil.
func PropertyByName(name string) *Property {
	i := slices.IndexFunc(properties, func(p Property) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &properties[i]
}

// At returns a pointer to the property's place in c: one of **string, *string,
// **bool, *bool, **float64, **int64, *int64, **Date, **time.Time, *[]string,
// *[]int64, *[]byte, *Status, *[]FieldValue, *[]Appointment, *[]MergedClient,
// *[]Alias.
func (p *Property) At(c *Client) any { return p.at(c) }

// Value is what the property's place in c holds, as history keeps it: nil for
// none.
func (p *Property) Value(c *Client) any { return ValueAt(p.at(c)) }

// Writable says whether clients are created and patched with the property.
func (p *Property) Writable() bool { return p.Is(Writable) }

// HiddenFromClient says whether role CLIENT may not read the property.
func (p *Property) HiddenFromClient() bool { return p.Is(hiddenFromClient) }

// Is says whether the property has a trait.
func (p *Property) Is(t trait) bool { return p.has&t != 0 }

// withKinds adds what follows from a row of the table.
func withKinds(table []Property) []Property {
	blank := &Client{}
	for i := range table {
		p := &table[i]
		p.Kind = p.at(blank)
		p.mapped = p.isMappable()
	}
	return table
}

// Mappable says whether a custom field may stand for the property.
func (p *Property) Mappable() bool { return p.mapped }

// isMappable: a writable scalar that is no secret, no judgement of the business
// and not denied to clients.
func (p *Property) isMappable() bool {
	if !p.Is(Writable) || p.Is(hiddenFromClient) || p.Name == "status" || p.Name == "blocked" {
		return false
	}
	switch p.Kind.(type) {
	case *[]string, *[]int64:
		return false
	}
	return true
}

// staysUnnamed says whether an update that does not name the property leaves it
// alone: it is the business's judgement of the client, and not to be lost by a
// caller that knows nothing of it.
func (p *Property) staysUnnamed() bool { return p.Name == "status" || p.Name == "blocked" }
