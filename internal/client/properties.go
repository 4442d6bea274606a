package client

import (
	"time"
)

// properties is the table, in the order of documents. It does not have what every read
// loads: clientId, businessId, version, lifecycle.
var properties = [...]Property{
	{Name: "parentBusinessId", place: idAt(func(c *Client) **int64 { return &c.ParentBusinessID })},
	{Name: NameClientAccountID, place: idAt(func(c *Client) **int64 { return &c.ClientAccountID })},
	{Name: NameCreatedDate, place: instantAt(func(c *Client) **time.Time { return &c.CreatedDate })},
	{Name: "createdUser", flags: hiddenFromClient, place: textAt(func(c *Client) **string { return &c.CreatedUser })},
	{Name: NameModifiedDate, flags: Derived, place: instantAt(func(c *Client) **time.Time { return &c.ModifiedDate })},
	{Name: NameModifiedUser, flags: Derived | hiddenFromClient, place: textAt(func(c *Client) **string { return &c.ModifiedUser })},
	{Name: "sanitized", place: flagAt(func(c *Client) *bool { return &c.Sanitized })},
	{Name: "status", Max: MaxText, flags: Writable | Consent, Rule: statusRule, place: statusAt(func(c *Client) *Status { return &c.Status })},
	{Name: "blocked", flags: Writable | Consent, place: flagAt(func(c *Client) *bool { return &c.Blocked })},

	{Name: "firstName", Max: MaxText, flags: Writable | Trims | Required | ownWritable, place: textAt(func(c *Client) **string { return &c.FirstName })},
	{Name: "lastName", Max: MaxText, flags: Writable | Trims | Required | ownWritable, place: textAt(func(c *Client) **string { return &c.LastName })},
	{Name: "fullName", Max: MaxText, flags: Writable | Trims | ownWritable, place: textAt(func(c *Client) **string { return &c.StoredFullName })},
	{Name: NameEmailAddress, Max: MaxEmail, flags: Writable | Aliased | Required, Rule: EmailRule, place: textAt(func(c *Client) **string { return &c.EmailAddress })},
	{Name: NameExternalUserName, Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.ExternalUserName })},
	{Name: "companyName", Max: MaxText, flags: Writable | Trims, place: textAt(func(c *Client) **string { return &c.CompanyName })},
	{Name: NameDateOfBirth, flags: Writable, place: dateAt(func(c *Client) **Date { return &c.DateOfBirth })},
	{Name: "sex", Max: MaxText, flags: Writable, place: textAt(func(c *Client) **string { return &c.Sex })},
	{Name: "spouseName", Max: MaxText, flags: Writable | Trims, place: textAt(func(c *Client) **string { return &c.SpouseName })},
	{Name: "referredBy", Max: MaxText, flags: Writable, place: textAt(func(c *Client) **string { return &c.ReferredBy })},
	{Name: "imageUrl", Max: MaxText, flags: Writable, Rule: urlRule, place: textAt(func(c *Client) **string { return &c.ImageURL })},

	{Name: "cellPhone", Max: MaxText, flags: Writable | ownWritable | Phone | Aliased, place: textAt(func(c *Client) **string { return &c.CellPhone })},
	{Name: "homePhone", Max: MaxText, flags: Writable | ownWritable | Phone | Aliased, place: textAt(func(c *Client) **string { return &c.HomePhone })},
	{Name: "businessPhone", Max: MaxText, flags: Writable | ownWritable | Phone | Aliased, place: textAt(func(c *Client) **string { return &c.BusinessPhone })},
	{Name: "emergencyContact", Max: MaxText, flags: Writable | Trims, place: textAt(func(c *Client) **string { return &c.EmergencyContact })},
	{Name: "emergencyContactPhone", Max: MaxText, flags: Writable, place: textAt(func(c *Client) **string { return &c.EmergencyContactPhone })},

	{Name: "address1", Max: MaxText, flags: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Address1 })},
	{Name: "address2", Max: MaxText, flags: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Address2 })},
	{Name: "city", Max: MaxText, flags: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.City })},
	{Name: "county", Max: MaxText, flags: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.County })},
	{Name: "state", Max: MaxText, flags: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.State })},
	{Name: "zip", Max: MaxText, flags: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Zip })},
	{Name: "country", Max: MaxText, flags: Writable | ownWritable, place: textAt(func(c *Client) **string { return &c.Country })},
	{Name: "latitude", flags: Writable, Rule: within(90), place: numberAt(func(c *Client) **float64 { return &c.Latitude })},
	{Name: "longitude", flags: Writable, Rule: within(180), place: numberAt(func(c *Client) **float64 { return &c.Longitude })},

	{Name: "locale", Max: MaxText, flags: Writable | ownWritable, Rule: LocaleRule, place: textAt(func(c *Client) **string { return &c.Locale })},
	{Name: "timeZone", Max: MaxText, flags: Writable | ownWritable, Rule: TimeZoneRule, place: textAt(func(c *Client) **string { return &c.TimeZoneID })},

	{Name: "notes", Max: MaxNotes, flags: Writable | hiddenFromClient, place: textAt(func(c *Client) **string { return &c.Notes })},
	{Name: "alertNotes", Max: MaxList, flags: Writable | hiddenFromClient, place: textsAt(func(c *Client) *[]string { return &c.AlertNotes })},
	{Name: NameTags, Max: MaxTags, flags: Writable | hiddenFromClient, Rule: tagRule, place: textsAt(func(c *Client) *[]string { return &c.Tags })},

	{Name: "allowWaitListText", flags: Writable | Consent, place: optionalFlagAt(func(c *Client) **bool { return &c.AllowWaitListText })},
	{Name: "invitationOptIn", flags: Writable | Consent, place: optionalFlagAt(func(c *Client) **bool { return &c.InvitationOptIn })},
	{Name: "enrollee", flags: Writable, place: optionalFlagAt(func(c *Client) **bool { return &c.Enrollee })},
	{Name: "excludeEmailCategoryIdList", Max: MaxList, flags: Writable, place: idsAt(func(c *Client) *[]int64 { return &c.ExcludeEmailCategoryIDList })},
	{Name: "excludeEmailTemplateIdList", Max: MaxList, flags: Writable, place: idsAt(func(c *Client) *[]int64 { return &c.ExcludeEmailTemplateIDList })},

	{Name: "insuranceCo", Max: MaxText, flags: Writable, place: textAt(func(c *Client) **string { return &c.InsuranceCo })},
	{Name: "insuranceGroup", Max: MaxText, flags: Writable, place: textAt(func(c *Client) **string { return &c.InsuranceGroup })},
	{Name: "insuranceNo", Max: MaxText, flags: Writable, place: textAt(func(c *Client) **string { return &c.InsuranceNo })},
	{Name: "insurancePlan", Max: MaxText, flags: Writable, place: textAt(func(c *Client) **string { return &c.InsurancePlan })},

	{Name: "authnetCustomerId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.AuthnetCustomerID })},
	{Name: "authnetPaymentProfileIdList", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.AuthnetPaymentProfileIDList })},
	{Name: "enterpriseClientId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.EnterpriseClientID })},
	{Name: "hubspotutk", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.Hubspotutk })},
	{Name: "infusionsoftContactId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.InfusionsoftContactID })},
	{Name: "salesforceAccountId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforceAccountID })},
	{Name: "salesforceContactId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforceContactID })},
	{Name: "salesforceLeadId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforceLeadID })},
	{Name: "salesforcePersonId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SalesforcePersonID })},
	{Name: "squareCustomerId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.SquareCustomerID })},
	{Name: "stripeCustomerId", Max: MaxText, flags: Writable | Aliased, place: textAt(func(c *Client) **string { return &c.StripeCustomerID })},
	{Name: "ssoTags", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.SSOTags })},
	{Name: "ipAddress", Max: MaxText, flags: Writable | hiddenFromClient, place: textAt(func(c *Client) **string { return &c.IPAddress })},

	{Name: "jobRequisitionNumbersAccepted", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.JobRequisitionNumbersAccepted })},
	{Name: "jobRequisitionNumbersDeclined", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.JobRequisitionNumbersDeclined })},
	{Name: "jobRequisitionNumbersSent", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.JobRequisitionNumbersSent })},
	{Name: "requisitionIdsAccepted", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.RequisitionIDsAccepted })},
	{Name: "requisitionIdsDeclined", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.RequisitionIDsDeclined })},
	{Name: "requisitionIdsSent", Max: MaxList, flags: Writable, place: textsAt(func(c *Client) *[]string { return &c.RequisitionIDsSent })},

	{Name: NameFields, place: fieldValuesAt(func(c *Client) *[]FieldValue { return &c.FieldValues })},
	{Name: NameSubjects, flags: Edge, place: idsAt(func(c *Client) *[]int64 { return &c.SubjectIDs })},
	{Name: NameMergedInto, place: idAt(func(c *Client) **int64 { return &c.MergedInto })},
	{Name: NameMerged, place: mergedClientsAt(func(c *Client) *[]MergedClient { return &c.Merged })},
	{Name: NameAliases, place: aliasesAt(func(c *Client) *[]Alias { return &c.Aliases })},
	{Name: NameAppointments, flags: Derived, place: appointmentsAt(func(c *Client) *[]Appointment { return &c.Appointments })},
	{Name: NameAppointmentCount, flags: Derived, place: countAt(func(c *Client) *int64 { return &c.ActiveAppointmentCount })},
	{Name: NameNameSortKey, flags: Derived, place: sortKeyAt(func(c *Client) *string { return &c.NameSortKey })},
	{Name: NameEmailSortKey, flags: Derived, place: sortKeyAt(func(c *Client) *string { return &c.EmailSortKey })},
	{Name: NamePhoneSpellings, flags: Derived, place: textsAt(func(c *Client) *[]string { return &c.PhoneSpellings })},
	{Name: "keys", flags: Derived, place: textsAt(func(c *Client) *[]string { return &c.IndexKeys })},
	{Name: "emailsLower", flags: Derived, place: textsAt(func(c *Client) *[]string { return &c.EmailsLower })},
	{Name: "externalUserNames", flags: Derived, place: textsAt(func(c *Client) *[]string { return &c.ExternalUserNames })},
	{Name: nameAccountIDs, flags: Derived, place: idsAt(func(c *Client) *[]int64 { return &c.AccountIDs })},
	{Name: NameIdentityKeys, flags: Derived, place: textsAt(func(c *Client) *[]string { return &c.IdentityKeys })},
	{Name: "ssn", flags: Secret, place: sealedAt(func(c *Client) *[]byte { return &c.SealedSSN })},
	{Name: "password", flags: Secret, place: textAt(func(c *Client) **string { return &c.PasswordHash })},
}

// Names of properties that rules and queries use.
const (
	NameFields       = "fields"
	NameSubjects     = "viewSubjectIds"
	NameNameSortKey  = "nameKey"
	NameEmailSortKey = "emailKey"

	NameClientAccountID = "clientAccountId"
	NameDateOfBirth     = "dateOfBirth"
	NameTags            = "tags"

	NameEmailAddress     = "emailAddress"
	NameExternalUserName = "externalUserName"

	NamePhoneSpellings = "phoneSpellings"

	NameCreatedDate  = "createdDate"
	NameModifiedDate = "modifiedDate"
	NameModifiedUser = "modifiedUser"

	NameIdentityKeys = "identityKeys"
	nameAccountIDs   = "accountIds"

	NameMergedInto = "mergedIntoClientId"
	NameMerged     = "mergedClients"
	NameAliases    = "aliases"

	// Scheduler data changes these.
	NameAppointments     = "appointments"
	NameAppointmentCount = "activeAppointmentCount"
	NameFormList         = "formList"
)
