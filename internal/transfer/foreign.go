package transfer

import (
	"slices"
	"strings"
)

// foreignHeaders are the headers in exports of other systems, in the form of letters,
// with their columns. If a system numbers several values of a kind, the first one is the
// client's; the second and third phones are home and business.
func foreignHeaders() map[string]string {
	all := map[string]string{}
	for column, headers := range map[string][]string{
		"firstName":        {"Given Name", "First", "Forename"},
		"lastName":         {"Family Name", "Last", "Surname"},
		"fullName":         {"Name", "Display Name", "Customer Name"},
		"emailAddress":     {"Email", "E-mail 1 - Value", "Email 1 - Value", "E-mail 1 Address", "E-mail Address 1", "Primary Email"},
		"cellPhone":        {"Phone", "Mobile", "Cell", "Mobile Phone", "Mobile Number", "Phone Number", "Phone 1 - Value", "Primary Phone"},
		"homePhone":        {"Home Phone Number", "Phone 2 - Value"},
		"businessPhone":    {"Work Phone", "Business Phone Number", "Phone 3 - Value"},
		"companyName":      {"Company", "Organization", "Organization Name", "Organization 1 - Name", "Default Address Company"},
		"dateOfBirth":      {"Birthday", "Birth Date", "DOB"},
		"sex":              {"Gender"},
		"spouseName":       {"Spouse"},
		"imageUrl":         {"Photo"},
		"address1":         {"Address", "Street", "Address 1 - Street", "Home Street", "Home Address", "Street Address", "Street Address 1", "Address Line 1", "Default Address Address1"},
		"address2":         {"Address 1 - Extended Address", "Home Street 2", "Street Address 2", "Address Line 2", "Default Address Address2"},
		"city":             {"Town", "Address 1 - City", "Home City", "Default Address City"},
		"state":            {"Province", "Region", "Address 1 - Region", "Home State", "Default Address Province Code"},
		"zip":              {"Postcode", "Postal Code", "Zip Code", "Address 1 - Postal Code", "Home Postal Code", "Default Address Zip"},
		"country":          {"Address 1 - Country", "Home Country", "Home Country/Region", "Default Address Country Code"},
		"notes":            {"Note", "Memo", "Comments"},
		"tags":             {"Categories", "Groups"},
		"referredBy":       {"Referral Source"},
		"locale":           {"Language"},
		"externalUserName": {"Reference ID"},
		"squareCustomerId": {"Square Customer ID"},
	} {
		for _, header := range headers {
			all[letters(header)] = column
		}
	}
	return all
}

// isIgnored says whether a header, in the form of letters, is one that exports of other
// systems have and that has no column: labels of numbered values, parts of a value that
// another column has as a whole, sales figures. Consent to advertising is ignored too,
// because it was given to another sender.
func (h *headers) isIgnored(header string) bool {
	// Google numbers properties with several values: "Phone 1 - Label", "E-mail 2 -
	// Value".
	for _, ending := range []string{"label", "type", "value", "formatted", "pobox", "extendedaddress", "street", "city", "region", "postalcode", "country", "name", "title", "department", "location", "symbol", "yomi", "yominame"} {
		start, is := strings.CutSuffix(header, ending)
		thing := strings.TrimRight(start, "0123456789")
		if is && thing != start && slices.Contains([]string{"phone", "email", "address", "organization", "website", "relation", "event", "im", "customfield"}, thing) {
			return true
		}
	}
	return h.ignoredHeaders[header]
}

func ignoredHeaders() map[string]bool {
	headers := []string{
		// Google Contacts.
		"Middle Name", "Additional Name", "Phonetic First Name", "Phonetic Middle Name", "Phonetic Last Name", "Name Prefix", "Name Suffix",
		"Yomi Name", "Given Name Yomi", "Additional Name Yomi", "Family Name Yomi", "Initials", "Nickname", "Short Name", "Maiden Name",
		"File As", "Labels", "Group Membership", "Organization Title", "Organization Department", "Location", "Billing Information",
		"Directory Server", "Mileage", "Occupation", "Hobby", "Sensitivity", "Priority", "Subject",
		// Outlook.
		"Title", "Suffix", "Department", "Job Title", "Business Street", "Business Street 2", "Business Street 3", "Business City",
		"Business State", "Business Postal Code", "Business Country", "Business Country/Region", "Home Street 3", "Home Address PO Box",
		"Business Address PO Box", "Other Street", "Other Street 2", "Other Street 3", "Other City", "Other State", "Other Postal Code",
		"Other Country", "Other Country/Region", "Other Address PO Box", "Assistant's Phone", "Business Fax", "Business Phone 2", "Callback",
		"Car Phone", "Company Main Phone", "Home Fax", "Home Phone 2", "ISDN", "Other Fax", "Other Phone", "Pager", "Radio Phone",
		"TTY/TDD Phone", "Telex", "Account", "Anniversary", "Assistant's Name", "Children", "E-mail Type", "E-mail Display Name",
		"E-mail 2 Address", "E-mail 2 Type", "E-mail 2 Display Name", "E-mail 3 Address", "E-mail 3 Type", "E-mail 3 Display Name",
		"Government ID Number", "Internet Free Busy", "Keywords", "Manager's Name", "Office Location", "Organizational ID Number",
		"Private", "Profession", "User 1", "User 2", "User 3", "User 4", "Web Page", "Personal Web Page", "Schools", "IM Address",
		// Square.
		"Creation Source", "First Visit", "Last Visit", "Transaction Count", "Lifetime Spend", "Email Subscription Status", "Instant Profile", "Blacklisted",
		// Shopify.
		"Customer ID", "Accepts Email Marketing", "Accepts SMS Marketing", "Accepts Marketing", "Default Address Phone", "Total Spent", "Total Orders", "Tax Exempt",
	}
	passed := make(map[string]bool, len(headers))
	for _, header := range headers {
		passed[letters(header)] = true
	}
	return passed
}
