package client

import (
	"strings"
	"time"
)

// Client is a person who books with a business: the whole record, or the properties that
// a Selection read.
type Client struct {
	ClientID         int64
	BusinessID       int64
	ParentBusinessID *int64
	// ClientAccountID is the client's account for the public scheduler, unique in the
	// business; nil if it has none.
	ClientAccountID *int64
	// Version starts at 1 and rises by one with every change.
	Version   int64
	Lifecycle Lifecycle
	// Outdated says that the client was stored by an earlier version of the program: its
	// next write writes the whole record.
	Outdated bool
	// KeyedBy names the settings of the sort and search keys if they were made after the
	// record was read or copied; empty for stored keys.
	KeyedBy string
	// ChangeNumber is the store's own: it rises with every row of the change feed about
	// the client.
	ChangeNumber int64

	CreatedDate  *time.Time
	CreatedUser  *string
	ModifiedDate *time.Time
	ModifiedUser *string

	Status    Status
	Blocked   bool
	Sanitized bool

	FirstName *string
	LastName  *string
	// StoredFullName is nil while the full name is derived; see FullName.
	StoredFullName   *string
	EmailAddress     *string
	ExternalUserName *string
	CompanyName      *string
	DateOfBirth      *Date
	Sex              *string
	SpouseName       *string
	ReferredBy       *string
	ImageURL         *string

	CellPhone             *string
	HomePhone             *string
	BusinessPhone         *string
	EmergencyContact      *string
	EmergencyContactPhone *string

	Address1  *string
	Address2  *string
	City      *string
	County    *string
	State     *string
	Zip       *string
	Country   *string
	Latitude  *float64
	Longitude *float64

	// Locale is a normalised BCP 47 tag, TimeZoneID a name of the IANA database.
	Locale     *string
	TimeZoneID *string

	Notes      *string
	AlertNotes []string
	Tags       []string

	AllowWaitListText          *bool
	InvitationOptIn            *bool
	Enrollee                   *bool
	ExcludeEmailCategoryIDList []int64
	ExcludeEmailTemplateIDList []int64

	InsuranceCo    *string
	InsuranceGroup *string
	InsuranceNo    *string
	InsurancePlan  *string

	// Identifiers of the same person in other systems.
	AuthnetCustomerID           *string
	AuthnetPaymentProfileIDList []string
	EnterpriseClientID          *string
	Hubspotutk                  *string
	InfusionsoftContactID       *string
	SalesforceAccountID         *string
	SalesforceContactID         *string
	SalesforceLeadID            *string
	SalesforcePersonID          *string
	SquareCustomerID            *string
	StripeCustomerID            *string
	SSOTags                     []string
	IPAddress                   *string

	JobRequisitionNumbersAccepted []string
	JobRequisitionNumbersDeclined []string
	JobRequisitionNumbersSent     []string
	RequisitionIDsAccepted        []string
	RequisitionIDsDeclined        []string
	RequisitionIDsSent            []string

	// FieldValues are the values of the custom fields that map to no property,
	// by definition id.
	FieldValues []FieldValue
	// SubjectIDs are the clients that this one may see and book for, ascending.
	// The edge is stored here, on the viewer's side, and nowhere else.
	SubjectIDs []int64
	// Appointments are the appointment references that the scheduler sent, ordered by id.
	Appointments []Appointment

	// MergedInto is the client that this one was merged into, nil unless its Lifecycle is
	// Merged. That client may have been merged since.
	MergedInto *int64
	// Merged are the clients that were merged into this one, including those merged into
	// them before, in the order of the merges, latest last.
	Merged []MergedClient
	// Aliases are values that lost in merges and still find the client.
	Aliases []Alias

	// ActiveAppointmentCount is the number of OPEN appointments; the store
	// derives it from Appointments when it writes.
	ActiveAppointmentCount int64
	// NameSortKey and EmailSortKey are the sort keys by name and e-mail address; see
	// Indexer.
	NameSortKey  string
	EmailSortKey string
	// EmailsLower are the client's e-mail address and those of Aliases in the form that
	// is compared, and ExternalUserNames the same for external user names. AccountIDs are
	// the accounts of the client and of Merged, ascending. IdentityKeys are keys that
	// other records of the same person may share, ascending. The service derives all of
	// them when it writes; see Indexer.
	EmailsLower       []string
	ExternalUserNames []string
	AccountIDs        []int64
	IdentityKeys      []string

	// PhoneSpellings are the usual ways to write the client's phone numbers, only digits;
	// see Indexer. Clients with keys of an early version of the rules have none.
	PhoneSpellings []string

	// IndexKeys are the keys by which an index finds the client: for its tags,
	// appointments, custom values and pieces of its texts; see Indexer.
	IndexKeys []string

	// SealedSSN is encrypted, PasswordHash one-way; neither leaves the service.
	SealedSSN    []byte
	PasswordHash *string
}

// Lifecycle is the state of a record. It decides which lists show it.
type Lifecycle string

// The lifecycles.
const (
	Live    Lifecycle = "live"
	Removed Lifecycle = "deleted"
	// Merged records were folded into another one. They stay stored as they were, but are
	// in no list and can't be found: their ids find the survivor.
	Merged Lifecycle = "merged"
)

// Status is the business's judgement of a client. It does not hide the client from lists.
type Status string

// The statuses.
const (
	StatusActive      Status = "ACTIVE"
	StatusBlacklisted Status = "BLACKLISTED"
)

// AppointmentStatus is the status of an appointment.
type AppointmentStatus string

// The statuses of an appointment.
const (
	AppointmentOpen      AppointmentStatus = "OPEN"
	AppointmentCompleted AppointmentStatus = "COMPLETED"
	AppointmentCancelled AppointmentStatus = "CANCELLED"
	AppointmentNoShow    AppointmentStatus = "NO_SHOW"
)

// Known says whether the status is one of these.
func (s AppointmentStatus) Known() bool {
	switch s {
	case AppointmentOpen, AppointmentCompleted, AppointmentCancelled, AppointmentNoShow:
		return true
	}
	return false
}

// MaxAppointments bounds the appointment references of one client.
const MaxAppointments = 10_000

// Appointment is a reference to an appointment in the scheduler.
type Appointment struct {
	AppointmentID int64
	LocationID    int64
	StaffID       int64
	ReasonID      int64
	Start         time.Time
	Status        AppointmentStatus
	ModifiedDate  time.Time
}

// Form is a document that a client signed.
type Form struct {
	FormID     string
	ClientID   int64
	Name       *string
	SignedDate *time.Time
	// Data is the form's content as JSON.
	Data []byte
	// ModifiedDate is when the scheduler last changed the form.
	ModifiedDate time.Time
}

// ID is the client's global id.
func (c *Client) ID() ID { return ID{Type: TypeClient, Number: c.ClientID} }

// Deleted says whether the client was removed from the lists. Its id still finds it.
func (c *Client) Deleted() bool { return c.Lifecycle == Removed }

// Active is the opposite of Deleted: a blacklisted client is active.
func (c *Client) Active() bool { return c.Lifecycle == Live }

// FullName is the full name that was given, else first and last name joined by a space;
// nil if none of them was given.
func (c *Client) FullName() *string {
	if c.StoredFullName != nil && !IsBlank(*c.StoredFullName) {
		return c.StoredFullName
	}
	return joinText(" ", c.FirstName, c.LastName)
}

// AggregatedNotes returns the notes, followed by each alert note, joined by newlines.
func (c *Client) AggregatedNotes() *string {
	parts := make([]*string, 0, 1+len(c.AlertNotes))
	parts = append(parts, c.Notes)
	for i := range c.AlertNotes {
		parts = append(parts, &c.AlertNotes[i])
	}
	return joinText("\n", parts...)
}

// SafeDateOfBirth is the birthday without its year, MM-DD.
func (c *Client) SafeDateOfBirth() *string {
	if c.DateOfBirth == nil {
		return nil
	}
	text := c.DateOfBirth.String()[len("YYYY-"):]
	return &text
}

// CreatedDateMillis is CreatedDate in milliseconds since 1970-01-01 UTC.
func (c *Client) CreatedDateMillis() *int64 { return millis(c.CreatedDate) }

// ModifiedDateMillis is ModifiedDate in milliseconds since 1970-01-01 UTC.
func (c *Client) ModifiedDateMillis() *int64 { return millis(c.ModifiedDate) }

func millis(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

// joinText joins the parts that are not blank; nil if there are none.
func joinText(separator string, parts ...*string) *string {
	var texts []string
	for _, part := range parts {
		if part != nil && !IsBlank(*part) {
			texts = append(texts, *part)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return new(strings.Join(texts, separator))
}

// VisibilityKeys returns the client's visibility keys: of its creator, of the creators of
// clients merged into it, and of its appointments, including cancelled ones.
func (c *Client) VisibilityKeys() []string {
	seen := map[string]bool{}
	var keys []string
	add := func(key string) {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	if c.CreatedUser != nil && *c.CreatedUser != "" {
		add(UserVisibilityKey(*c.CreatedUser))
	}
	for _, m := range c.Merged {
		if m.CreatedUser != nil && *m.CreatedUser != "" {
			add(UserVisibilityKey(*m.CreatedUser))
		}
	}
	for _, a := range c.Appointments {
		if a.StaffID != 0 {
			add(StaffVisibilityKey(a.StaffID))
		}
		if a.LocationID != 0 {
			add(LocationVisibilityKey(a.LocationID))
		}
	}
	return keys
}

// Clone returns a copy that shares no list with c, so that both can be compared after one
// was changed. Pointers to scalars are shared, because they are replaced, never written
// through.
func (c *Client) Clone() *Client {
	clone := *c
	clone.KeyedBy = ""
	for i := range properties {
		properties[i].place.clone(&clone)
	}
	return &clone
}
