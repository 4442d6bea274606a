package client

import (
	"time"
)

// properties is the table. Its order is the order of a document's parts. The
// parts that every read loads are not in it: clientId, businessId, version,
// lifecycle.
var properties = [...]Property{
	{Name: "parentBusinessId", place: idAt(func(c *Client) **int64 { return &c.ParentBusinessID })},
	{Name: "clientAccountId", place: idAt(func(c *Client) **int64 { return &c.ClientAccountID })},
	{Name: "createdDate", place: instantAt(func(c *Client) **time.Time { return &c.CreatedDate })},
	{Name: "createdUser", has: hiddenFromClient, place: textAt(func(c *Client) **string { return &c.CreatedUser })},
	{Name: NameModifiedDate, has: Derived, place: instantAt(func(c *Client) **time.Time { return &c.ModifiedDate })},
	{Name: NameModifiedUser, has: Derived | hiddenFromClient, place: textAt(func(c *Client) **string { return &c.ModifiedUser })},
	{Name: "sanitized", place: flagAt(func(c *Client) *bool { return &c.Sanitized })},
	{Name: "status", Max: MaxText, has: Writable | Consent, Rule: statusRule, place: statusAt(func(c *Client) *Status { return &c.Status })},
	{Name: "blocked", has: Writable | Consent, place: flagAt(func(c *Client) *bool { return &c.Blocked })},

	{Name: "firstName", Max: MaxText, has: Writable | Trims | Required | ownWritable, place: textAt(func(c *Client) **string { return &c.FirstName })},
	{Name: "lastName", Max: MaxText, has: Writable | Trims | Required | ownWritable, place: textAt(func(c *Client) **string { return &c.LastName })},
	{Name: "fullName", Max: MaxText, has: Writable | Trims | ownWritable, place: textAt(func(c *Client) **string { return &c.StoredFullName })},
	{Name: NameEmailAddress, Max: MaxEmail, has: Writable | Aliased | Required, Rule: EmailRule, place: textAt(func(c *Client) **string { return &c.EmailAddress })},
	{Name: NameExternalUserName, Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.ExternalUserName })},
	{Name: "companyName", Max: MaxText, has: Writable | Trims, place: textAt(func(c *Client) **string { return &c.CompanyName })},
	{Name: NameDateOfBirth, has: Writable, place: dateAt(func(c *Client) **Date { return &c.DateOfBirth })},
	{Name: "sex", Max: MaxText, has: Writable, place: textAt(func(c *Client) **string { return &c.Sex })},
	{Name: "spouseName", Max: MaxText, has: Writable | Trims, place: textAt(func(c *Client) **string { return &c.SpouseName })},
	{Name: "referredBy", Max: MaxText, has: Writable, place: textAt(func(c *Client) **string { return &c.ReferredBy })},
	{Name: "imageUrl", Max: MaxText, has: Writable, Rule: urlRule, place: textAt(func(c *Client) **string { return &c.ImageURL })},

	{Name: "cellPhone", Max: MaxText, has: Writable | ownWritable | Phone | Aliased, place: textAt(func(c *Client) **string { return &c.CellPhone })},
	{Name: "homePhone", Max: MaxText, has: Writable | ownWritable | Phone | Aliased, place: textAt(func(c *Client) **string { return &c.HomePhone })},
	{Name: "businessPhone", Max: MaxText, has: Writable | ownWritable | Phone | Aliased, place: textAt(func(c *Client) **string { return &c.BusinessPhone })},
	{Name: "emergencyContact", Max: MaxText, has: Writable | Trims, place: textAt(func(c *Client) **string { return &c.EmergencyContact })},
	{Name: "emergencyContactPhone", Max: MaxText, has: Writable, place: textAt(func(c *Client) **string { return &c.EmergencyContactPhone })},

	{Name: "address1", Max: MaxText, has: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Address1 })},
	{Name: "address2", Max: MaxText, has: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Address2 })},
	{Name: "city", Max: MaxText, has: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.City })},
	{Name: "county", Max: MaxText, has: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.County })},
	{Name: "state", Max: MaxText, has: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.State })},
	{Name: "zip", Max: MaxText, has: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Zip })},
	{Name: "country", Max: MaxText, has: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Country })},
	{Name: "latitude", has: Writable, Rule: within(90), place: numberAt(func(c *Client) **float64 { return &c.Latitude })},
	{Name: "longitude", has: Writable, Rule: within(180), place: numberAt(func(c *Client) **float64 { return &c.Longitude })},

	{Name: "locale", Max: MaxText, has: Writable | ownWritable, Rule: LocaleRule, place: textAt(func(c *Client) **string { return &c.Locale })},
	{Name: "timeZone", Max: MaxText, has: Writable | ownWritable, Rule: TimeZoneRule, place: textAt(func(c *Client) **string { return &c.TimeZoneID })},

	{Name: "notes", Max: MaxNotes, has: Writable | hiddenFromClient, place: textAt(func(c *Client) **string { return &c.Notes })},
	{Name: "alertNotes", Max: MaxList, has: Writable | hiddenFromClient, place: textsAt(func(c *Client) *[]string { return &c.AlertNotes })},
	{Name: NameTags, Max: MaxTags, has: Writable | hiddenFromClient, Rule: tagRule, place: textsAt(func(c *Client) *[]string { return &c.Tags })},

	{Name: "allowWaitListText", has: Writable | Consent, place: optionalFlagAt(func(c *Client) **bool { return &c.AllowWaitListText })},
	{Name: "invitationOptIn", has: Writable | Consent, place: optionalFlagAt(func(c *Client) **bool { return &c.InvitationOptIn })},
	{Name: "enrollee", has: Writable, place: optionalFlagAt(func(c *Client) **bool { return &c.Enrollee })},
	{Name: "excludeEmailCategoryIdList", Max: MaxList, has: Writable, place: idsAt(func(c *Client) *[]int64 { return &c.ExcludeEmailCategoryIDList })},
	{Name: "excludeEmailTemplateIdList", Max: MaxList, has: Writable, place: idsAt(func(c *Client) *[]int64 { return &c.ExcludeEmailTemplateIDList })},

	{Name: "insuranceCo", Max: MaxText, has: Writable, place: textAt(func(c *Client) **string { return &c.InsuranceCo })},
	{Name: "insuranceGroup", Max: MaxText, has: Writable, place: textAt(func(c *Client) **string { return &c.InsuranceGroup })},
	{Name: "insuranceNo", Max: MaxText, has: Writable, place: textAt(func(c *Client) **string { return &c.InsuranceNo })},
	{Name: "insurancePlan", Max: MaxText, has: Writable, place: textAt(func(c *Client) **string { return &c.InsurancePlan })},

	{Name: "authnetCustomerId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.AuthnetCustomerID })},
	{Name: "authnetPaymentProfileIdList", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.AuthnetPaymentProfileIDList })},
	{Name: "enterpriseClientId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.EnterpriseClientID })},
	{Name: "hubspotutk", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.Hubspotutk })},
	{Name: "infusionsoftContactId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.InfusionsoftContactID })},
	{Name: "salesforceAccountId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforceAccountID })},
	{Name: "salesforceContactId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforceContactID })},
	{Name: "salesforceLeadId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforceLeadID })},
	{Name: "salesforcePersonId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforcePersonID })},
	{Name: "squareCustomerId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SquareCustomerID })},
	{Name: "stripeCustomerId", Max: MaxText, has: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.StripeCustomerID })},
	{Name: "ssoTags", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.SSOTags })},
	{Name: "ipAddress", Max: MaxText, has: Writable | hiddenFromClient, place: textAt(func(c *Client) **string { return &c.IPAddress })},

	{Name: "jobRequisitionNumbersAccepted", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.JobRequisitionNumbersAccepted })},
	{Name: "jobRequisitionNumbersDeclined", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.JobRequisitionNumbersDeclined })},
	{Name: "jobRequisitionNumbersSent", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.JobRequisitionNumbersSent })},
	{Name: "requisitionIdsAccepted", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.RequisitionIDsAccepted })},
	{Name: "requisitionIdsDeclined", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.RequisitionIDsDeclined })},
	{Name: "requisitionIdsSent", Max: MaxList, has: Writable, place: textsAt(func(c *Client) *[]string { return &c.RequisitionIDsSent })},

	{Name: NameFields, place: fieldValuesAt(func(c *Client) *[]FieldValue { return &c.FieldValues })},
	{Name: NameSubjects, has: Edge, place: idsAt(func(c *Client) *[]int64 { return &c.SubjectIDs })},
	{Name: NameMergedInto, place: idAt(func(c *Client) **int64 { return &c.MergedInto })},
	{Name: NameMerged, place: mergedClientsAt(func(c *Client) *[]MergedClient { return &c.Merged })},
	{Name: NameAliases, place: aliasesAt(func(c *Client) *[]Alias { return &c.Aliases })},
	{Name: NameAppointments, has: Derived, place: appointmentsAt(func(c *Client) *[]Appointment { return &c.Appointments })},
	{Name: NameAppointmentCount, has: Derived, place: countAt(func(c *Client) *int64 { return &c.ActiveAppointmentCount })},
	{Name: NameNameSortKey, has: Derived, place: sortKeyAt(func(c *Client) *string { return &c.NameSortKey })},
	{Name: NameEmailSortKey, has: Derived, place: sortKeyAt(func(c *Client) *string { return &c.EmailSortKey })},
	{Name: NamePhoneSpellings, has: Derived, place: textsAt(func(c *Client) *[]string { return &c.PhoneSpellings })},
	{Name: "keys", has: Derived, place: textsAt(func(c *Client) *[]string { return &c.IndexKeys })},
	{Name: "emailsLower", has: Derived, place: textsAt(func(c *Client) *[]string { return &c.EmailsLower })},
	{Name: "externalUserNames", has: Derived, place: textsAt(func(c *Client) *[]string { return &c.ExternalUserNames })},
	{Name: nameAccountIDs, has: Derived, place: idsAt(func(c *Client) *[]int64 { return &c.AccountIDs })},
	{Name: NameIdentityKeys, has: Derived, place: textsAt(func(c *Client) *[]string { return &c.IdentityKeys })},
	{Name: "ssn", has: Secret, place: sealedAt(func(c *Client) *[]byte { return &c.SealedSSN })},
	{Name: "password", has: Secret, place: textAt(func(c *Client) **string { return &c.PasswordHash })},
}

// Names of stored parts that rules and queries speak of.
const (
	NameFields       = "fields"
	NameSubjects     = "viewSubjectIds"
	NameNameSortKey  = "nameKey"
	NameEmailSortKey = "emailKey"

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
