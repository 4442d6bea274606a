package client

import "slices"

// Property is one stored part of a client. The table of them is the single
// place that says what a part is called, how it is checked, who may write it
// and where it lies in the struct; documents, patches, history and projections
// are all read off it.
type Property struct {
	// Name is the property's name in the schema, in documents and in history.
	Name string
	// Max bounds a text's characters, or a list's entries.
	Max  int
	rule rule
	has  trait
	at   func(*Client) any
	// kind is a place of the property's Go type, to be asked for its type alone.
	kind any
	// mapped says whether a custom field may stand for the property.
	mapped bool
}

// trait is what is special about a property.
type trait uint16

const (
	// writable by createClient and patchClient.
	writable trait = 1 << iota
	// required on create, and never cleared.
	required
	// ownWritable by a CLIENT on its own record.
	ownWritable
	// hiddenFromClient may not be read by a CLIENT.
	hiddenFromClient
	// secret: history says that it changed, never what it was.
	secret
	// derived when written; no part of history.
	derived
	// phone is a number by which the client is reached.
	phone
	// edge is a viewer edge: history tells each one, not the list.
	edge
	// consent is what the client allows, or the business: of a merge the strictest
	// value wins.
	consent
	// trims is a text that is stored without what shows nothing at its ends.
	trims
	// aliased is what others know the client by: a value that loses in a merge stays
	// as an alias.
	aliased
)

const (
	maxText  = 1_000
	maxNotes = 100_000
	maxList  = 1_000
	maxTags  = 250
	maxTag   = 64
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
	{Name: nameModifiedDate, has: derived, at: func(c *Client) any { return &c.ModifiedDate }},
	{Name: nameModifiedUser, has: derived | hiddenFromClient, at: func(c *Client) any { return &c.ModifiedUser }},
	{Name: "sanitized", at: func(c *Client) any { return &c.Sanitized }},
	{Name: "status", Max: maxText, has: writable | consent, rule: statusRule, at: func(c *Client) any { return &c.Status }},
	{Name: "blocked", has: writable | consent, at: func(c *Client) any { return &c.Blocked }},

	{Name: "firstName", Max: maxText, has: writable | trims | required | ownWritable, at: func(c *Client) any { return &c.FirstName }},
	{Name: "lastName", Max: maxText, has: writable | trims | required | ownWritable, at: func(c *Client) any { return &c.LastName }},
	{Name: "fullName", Max: maxText, has: writable | trims | ownWritable, at: func(c *Client) any { return &c.StoredFullName }},
	{Name: nameEmailAddress, Max: maxEmail, has: writable | aliased | required, rule: emailRule, at: func(c *Client) any { return &c.EmailAddress }},
	{Name: nameExternalUserName, Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.ExternalUserName }},
	{Name: "companyName", Max: maxText, has: writable | trims, at: func(c *Client) any { return &c.CompanyName }},
	{Name: nameDateOfBirth, has: writable, at: func(c *Client) any { return &c.DateOfBirth }},
	{Name: "sex", Max: maxText, has: writable, at: func(c *Client) any { return &c.Sex }},
	{Name: "spouseName", Max: maxText, has: writable | trims, at: func(c *Client) any { return &c.SpouseName }},
	{Name: "referredBy", Max: maxText, has: writable, at: func(c *Client) any { return &c.ReferredBy }},
	{Name: "imageUrl", Max: maxText, has: writable, rule: urlRule, at: func(c *Client) any { return &c.ImageURL }},

	{Name: "cellPhone", Max: maxText, has: writable | ownWritable | phone | aliased, at: func(c *Client) any { return &c.CellPhone }},
	{Name: "homePhone", Max: maxText, has: writable | ownWritable | phone | aliased, at: func(c *Client) any { return &c.HomePhone }},
	{Name: "businessPhone", Max: maxText, has: writable | ownWritable | phone | aliased, at: func(c *Client) any { return &c.BusinessPhone }},
	{Name: "emergencyContact", Max: maxText, has: writable | trims, at: func(c *Client) any { return &c.EmergencyContact }},
	{Name: "emergencyContactPhone", Max: maxText, has: writable, at: func(c *Client) any { return &c.EmergencyContactPhone }},

	{Name: "address1", Max: maxText, has: writable | ownWritable, at: func(c *Client) any { return &c.Address1 }},
	{Name: "address2", Max: maxText, has: writable | ownWritable, at: func(c *Client) any { return &c.Address2 }},
	{Name: "city", Max: maxText, has: writable | ownWritable, at: func(c *Client) any { return &c.City }},
	{Name: "county", Max: maxText, has: writable | ownWritable, at: func(c *Client) any { return &c.County }},
	{Name: "state", Max: maxText, has: writable | ownWritable, at: func(c *Client) any { return &c.State }},
	{Name: "zip", Max: maxText, has: writable | ownWritable, at: func(c *Client) any { return &c.Zip }},
	{Name: "country", Max: maxText, has: writable | ownWritable, at: func(c *Client) any { return &c.Country }},
	{Name: "latitude", has: writable, rule: within(90), at: func(c *Client) any { return &c.Latitude }},
	{Name: "longitude", has: writable, rule: within(180), at: func(c *Client) any { return &c.Longitude }},

	{Name: "locale", Max: maxText, has: writable | ownWritable, rule: localeRule, at: func(c *Client) any { return &c.Locale }},
	{Name: "timeZone", Max: maxText, has: writable | ownWritable, rule: timeZoneRule, at: func(c *Client) any { return &c.TimeZoneID }},

	{Name: "notes", Max: maxNotes, has: writable | hiddenFromClient, at: func(c *Client) any { return &c.Notes }},
	{Name: "alertNotes", Max: maxList, has: writable | hiddenFromClient, at: func(c *Client) any { return &c.AlertNotes }},
	{Name: nameTags, Max: maxTags, has: writable | hiddenFromClient, rule: tagRule, at: func(c *Client) any { return &c.Tags }},

	{Name: "allowWaitListText", has: writable | consent, at: func(c *Client) any { return &c.AllowWaitListText }},
	{Name: "invitationOptIn", has: writable | consent, at: func(c *Client) any { return &c.InvitationOptIn }},
	{Name: "enrollee", has: writable, at: func(c *Client) any { return &c.Enrollee }},
	{Name: "excludeEmailCategoryIdList", Max: maxList, has: writable, at: func(c *Client) any { return &c.ExcludeEmailCategoryIDList }},
	{Name: "excludeEmailTemplateIdList", Max: maxList, has: writable, at: func(c *Client) any { return &c.ExcludeEmailTemplateIDList }},

	{Name: "insuranceCo", Max: maxText, has: writable, at: func(c *Client) any { return &c.InsuranceCo }},
	{Name: "insuranceGroup", Max: maxText, has: writable, at: func(c *Client) any { return &c.InsuranceGroup }},
	{Name: "insuranceNo", Max: maxText, has: writable, at: func(c *Client) any { return &c.InsuranceNo }},
	{Name: "insurancePlan", Max: maxText, has: writable, at: func(c *Client) any { return &c.InsurancePlan }},

	{Name: "authnetCustomerId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.AuthnetCustomerID }},
	{Name: "authnetPaymentProfileIdList", Max: maxList, has: writable, at: func(c *Client) any { return &c.AuthnetPaymentProfileIDList }},
	{Name: "enterpriseClientId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.EnterpriseClientID }},
	{Name: "hubspotutk", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.Hubspotutk }},
	{Name: "infusionsoftContactId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.InfusionsoftContactID }},
	{Name: "salesforceAccountId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.SalesforceAccountID }},
	{Name: "salesforceContactId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.SalesforceContactID }},
	{Name: "salesforceLeadId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.SalesforceLeadID }},
	{Name: "salesforcePersonId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.SalesforcePersonID }},
	{Name: "squareCustomerId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.SquareCustomerID }},
	{Name: "stripeCustomerId", Max: maxText, has: writable | aliased, at: func(c *Client) any { return &c.StripeCustomerID }},
	{Name: "ssoTags", Max: maxList, has: writable, at: func(c *Client) any { return &c.SSOTags }},
	{Name: "ipAddress", Max: maxText, has: writable | hiddenFromClient, at: func(c *Client) any { return &c.IPAddress }},

	{Name: "jobRequisitionNumbersAccepted", Max: maxList, has: writable, at: func(c *Client) any { return &c.JobRequisitionNumbersAccepted }},
	{Name: "jobRequisitionNumbersDeclined", Max: maxList, has: writable, at: func(c *Client) any { return &c.JobRequisitionNumbersDeclined }},
	{Name: "jobRequisitionNumbersSent", Max: maxList, has: writable, at: func(c *Client) any { return &c.JobRequisitionNumbersSent }},
	{Name: "requisitionIdsAccepted", Max: maxList, has: writable, at: func(c *Client) any { return &c.RequisitionIDsAccepted }},
	{Name: "requisitionIdsDeclined", Max: maxList, has: writable, at: func(c *Client) any { return &c.RequisitionIDsDeclined }},
	{Name: "requisitionIdsSent", Max: maxList, has: writable, at: func(c *Client) any { return &c.RequisitionIDsSent }},

	{Name: nameFields, at: func(c *Client) any { return &c.FieldValues }},
	{Name: nameSubjects, has: edge, at: func(c *Client) any { return &c.SubjectIDs }},
	{Name: nameMergedInto, at: func(c *Client) any { return &c.MergedInto }},
	{Name: nameMerged, at: func(c *Client) any { return &c.Merged }},
	{Name: nameAliases, at: func(c *Client) any { return &c.Aliases }},
	{Name: nameAppointments, has: derived, at: func(c *Client) any { return &c.Appointments }},
	{Name: nameAppointmentCount, has: derived, at: func(c *Client) any { return &c.ActiveAppointmentCount }},
	{Name: nameNameKey, has: derived, at: func(c *Client) any { return &c.NameKey }},
	{Name: nameEmailKey, has: derived, at: func(c *Client) any { return &c.EmailKey }},
	{Name: namePhoneSpellings, has: derived, at: func(c *Client) any { return &c.PhoneSpellings }},
	{Name: "keys", has: derived, at: func(c *Client) any { return &c.Keys }},
	{Name: "emailsLower", has: derived, at: func(c *Client) any { return &c.EmailsLower }},
	{Name: "externalUserNames", has: derived, at: func(c *Client) any { return &c.ExternalUserNames }},
	{Name: nameAccountIDs, has: derived, at: func(c *Client) any { return &c.AccountIDs }},
	{Name: nameIdentityKeys, has: derived, at: func(c *Client) any { return &c.IdentityKeys }},
	{Name: "ssn", has: secret, at: func(c *Client) any { return &c.SealedSSN }},
	{Name: "password", has: secret, at: func(c *Client) any { return &c.PasswordHash }},
})

// Names of stored parts that rules and queries speak of.
const (
	nameFields   = "fields"
	nameSubjects = "viewSubjectIds"
	nameNameKey  = "nameKey"
	nameEmailKey = "emailKey"

	nameDateOfBirth = "dateOfBirth"
	nameTags        = "tags"

	nameEmailAddress     = "emailAddress"
	nameExternalUserName = "externalUserName"

	namePhoneSpellings = "phoneSpellings"

	nameModifiedDate = "modifiedDate"
	nameModifiedUser = "modifiedUser"

	nameIdentityKeys = "identityKeys"
	nameAccountIDs   = "accountIds"

	nameMergedInto = "mergedIntoClientId"
	nameMerged     = "mergedClients"
	nameAliases    = "aliases"

	// What the scheduler sends changes these.
	nameAppointments     = "appointments"
	nameAppointmentCount = "activeAppointmentCount"
	nameFormList         = "formList"
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
func (p *Property) Value(c *Client) any { return valueAt(p.at(c)) }

// Writable says whether clients are created and patched with the property.
func (p *Property) Writable() bool { return p.is(writable) }

// HiddenFromClient says whether role CLIENT may not read the property.
func (p *Property) HiddenFromClient() bool { return p.is(hiddenFromClient) }

func (p *Property) is(t trait) bool { return p.has&t != 0 }

// withKinds adds what follows from a row of the table.
func withKinds(table []Property) []Property {
	blank := &Client{}
	for i := range table {
		p := &table[i]
		p.kind = p.at(blank)
		p.mapped = p.isMappable()
	}
	return table
}

// mappable says whether a custom field may stand for the property.
func (p *Property) mappable() bool { return p.mapped }

// isMappable: a writable scalar that is no secret, no judgement of the business
// and not denied to clients.
func (p *Property) isMappable() bool {
	if !p.is(writable) || p.is(hiddenFromClient) || p.Name == "status" || p.Name == "blocked" {
		return false
	}
	switch p.kind.(type) {
	case *[]string, *[]int64:
		return false
	}
	return true
}
