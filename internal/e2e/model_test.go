package e2e_test

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"clientgraph/internal/client"
	"clientgraph/internal/store"
)

// modelWorld is everything that is stored, and the model of what callers see of
// it: each rule as a loop over all of it, sharing nothing with the code that
// answers for real.
type modelWorld struct {
	businesses []*client.Business
	// clients are in no order.
	clients []*client.Client
	forms   []modelForm
}

type modelForm struct {
	businessID, clientID int64
	formID               string
}

// login is the client whose account a caller of role CLIENT uses, if it may.
func (w *modelWorld) login(who client.Identity) *client.Client {
	for _, c := range w.clients {
		if c.BusinessID == who.BusinessID && c.ClientAccountID != nil && *c.ClientAccountID == who.ClientAccountID &&
			c.Lifecycle == client.Live && !c.Blocked {
			return c
		}
	}
	return nil
}

// sees says whether the caller may know that a client exists.
func (w *modelWorld) sees(who client.Identity, c *client.Client) bool {
	if c.BusinessID != who.BusinessID {
		return false
	}
	created := c.CreatedUser != nil && *c.CreatedUser == who.User
	switch who.Role {
	case client.RoleOwner, client.RoleAdmin:
		return true
	case client.RoleLocationSuperUser:
		return created || slices.ContainsFunc(c.Appointments, func(a client.Appointment) bool {
			return slices.Contains(who.LocationIDs, a.LocationID)
		})
	case client.RoleStaff:
		return created || slices.ContainsFunc(c.Appointments, func(a client.Appointment) bool { return a.StaffID == who.StaffID })
	case client.RoleClient:
		own := w.login(who)
		return own != nil && (c.ClientID == own.ClientID || slices.Contains(own.SubjectIDs, c.ClientID))
	}
	return false
}

// find is the client of an id as it stands in an argument: plain or global.
func (w *modelWorld) find(who client.Identity, id client.ID) *client.Client {
	for _, c := range w.clients {
		if c.ClientID == id.Number && (id.Type == "" || id.Type == "Client") && w.sees(who, c) {
			return c
		}
	}
	return nil
}

// modelFilter is ClientReportFilter; nil ids are no condition.
type modelFilter struct {
	ids            []client.ID
	statuses       []client.Status
	includeDeleted bool
}

// list is a whole list in its order.
func (w *modelWorld) list(who client.Identity, filter modelFilter, field store.OrderField, mode string) []*client.Client {
	var list []*client.Client
	for _, c := range w.clients {
		named := filter.ids == nil || slices.ContainsFunc(filter.ids, func(id client.ID) bool {
			return id.Number == c.ClientID && (id.Type == "" || id.Type == "Client")
		})
		if named && w.sees(who, c) &&
			(c.Lifecycle == client.Live || filter.includeDeleted) &&
			(len(filter.statuses) == 0 || slices.Contains(filter.statuses, c.Status)) {
			list = append(list, c)
		}
	}
	w.sort(list, who.BusinessID, field)
	if mode == "DESC" {
		slices.Reverse(list)
	}
	return list
}

// sort orders clients as the business's language does, ties by id.
func (w *modelWorld) sort(list []*client.Client, businessID int64, field store.OrderField) {
	tag := language.Und
	for _, b := range w.businesses {
		if b.BusinessID == businessID && b.Locale != nil {
			tag = language.MustParse(*b.Locale)
		}
	}
	collator := collate.New(tag)
	slices.SortFunc(list, func(a, b *client.Client) int {
		var order int
		switch field {
		case store.OrderByCreatedDate:
			order = modelDate(a.CreatedDate).Compare(modelDate(b.CreatedDate))
		case store.OrderByModifiedDate:
			order = modelDate(a.ModifiedDate).Compare(modelDate(b.ModifiedDate))
		default:
			order = collator.CompareString(modelKey(a, field), modelKey(b, field))
		}
		return cmp.Or(order, cmp.Compare(a.ClientID, b.ClientID))
	})
}

// modelDate is a date to order by: none is before all of them.
func modelDate(date *time.Time) time.Time {
	if date == nil {
		return time.Time{}
	}
	return *date
}

// modelKey is what a client is ordered by; nothing sorts as the empty text.
func modelKey(c *client.Client, field store.OrderField) string {
	var text *string
	if text = modelName(c); field == store.OrderByEmailAddress {
		text = c.EmailAddress
	}
	if text == nil {
		return ""
	}
	return *text
}

func modelName(c *client.Client) *string {
	if c.StoredFullName != nil {
		return c.StoredFullName
	}
	var names []string
	for _, name := range []*string{c.FirstName, c.LastName} {
		if name != nil {
			names = append(names, *name)
		}
	}
	if names == nil {
		return nil
	}
	return new(strings.Join(names, " "))
}

// subjects are the live clients that c may see, as far as the caller sees them.
func (w *modelWorld) subjects(who client.Identity, c *client.Client) []*client.Client {
	return w.related(who, func(other *client.Client) bool { return slices.Contains(c.SubjectIDs, other.ClientID) })
}

// viewers are the live clients who may see c, as far as the caller sees them.
func (w *modelWorld) viewers(who client.Identity, c *client.Client) []*client.Client {
	return w.related(who, func(other *client.Client) bool { return slices.Contains(other.SubjectIDs, c.ClientID) })
}

func (w *modelWorld) related(who client.Identity, is func(*client.Client) bool) []*client.Client {
	var list []*client.Client
	for _, other := range w.clients {
		if is(other) && other.Lifecycle == client.Live && w.sees(who, other) {
			list = append(list, other)
		}
	}
	slices.SortFunc(list, func(a, b *client.Client) int { return cmp.Compare(a.ClientID, b.ClientID) })
	return list
}

// formsOf are the ids of the forms that a client signed.
func (w *modelWorld) formsOf(c *client.Client) []any {
	list := []any{}
	for _, form := range w.forms {
		if form.businessID == c.BusinessID && form.clientID == c.ClientID {
			list = append(list, map[string]any{"formId": form.formID})
		}
	}
	slices.SortFunc(list, func(a, b any) int {
		return cmp.Compare(a.(map[string]any)["formId"].(string), b.(map[string]any)["formId"].(string))
	})
	return list
}

// modelPart is a part of a list, as the arguments of a connection ask for it.
// after and before are places in the list, -1 for none.
type modelPart struct {
	// from and to are where in the list the part is.
	from, to    int
	hasNext     bool
	hasPrevious bool
}

func modelWindow(length, first, last, after, before int) modelPart {
	from, to := 0, length
	if after >= 0 {
		from = after + 1
	}
	if before >= 0 {
		to = max(from, before)
	}
	if first > 0 {
		to = min(to, from+first)
	} else {
		from = max(from, to-last)
	}
	part := modelPart{from: from, to: to, hasNext: to < length, hasPrevious: from > 0}
	if from == to {
		// Nothing is there: what lies at the cursors or beyond them is not it.
		part.hasNext, part.hasPrevious = before >= 0, after >= 0
	}
	return part
}

func modelID(id int64) string { return strconv.FormatInt(id, 10) }

func modelNullable(id *int64) any {
	if id == nil {
		return nil
	}
	return modelID(*id)
}
