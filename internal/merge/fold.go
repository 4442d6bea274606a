package merge

import (
	"fmt"
	"slices"
	"strconv"

	"clientgraph/internal/client"
	"clientgraph/internal/search"
)

// Bounds of a survivor.
const (
	// MaxMergeViewers bounds how many viewers' edges one merge repoints.
	MaxMergeViewers = 50_000
	// maxMergedText bounds all text of a survivor in bytes: a document of the
	// database has 16 MiB, and holds more than that.
	maxMergedText = 6 << 20
)

// Fold computes a merge, and stores nothing: from the records as they are, the
// survivor's record afterwards and the report. It reads nothing else, so that a
// preview and a merge of the same records answer the same.
type Fold struct {
	// Indexer compares phone numbers and names as the business does.
	Indexer  *search.Indexer
	Survivor *client.Client
	// Folded are the others, in the order of the request.
	Folded []*client.Client
	// Choices are the caller's decisions, by field.
	Choices map[string]Decision
	// SSNs are the social security numbers, by client id; clients without one are left
	// out.
	SSNs map[int64]string
	// Viewers are the clients who may see one of the merged clients and are not merged
	// themselves, by id.
	Viewers []Viewer
	// Forms are how many forms each folded client has, by client id.
	Forms map[int64]int64

	// Run computes what follows.
	After *client.Client
	// SSNFrom is whose social security number the survivor takes; 0 for none.
	SSNFrom int64
	Report  *Report
	Errors  client.Errors
}

// Decision is the client whose value of a field wins by the caller's choice, and the path
// of that choice in the request.
type Decision struct {
	FromClientID int64
	Where        client.Path
}

// Viewer is one end of viewer edges: who may see some of the clients asked
// about.
type Viewer struct {
	ClientID int64
	// Saw are those of the clients that it may see, ascending.
	Saw []int64
	// Sees is how many clients it may see in all, where that was asked for.
	Sees int
}

// Run runs the merge, property by property in the order of the table.
func (f *Fold) Run() {
	f.After = f.Survivor.Clone()
	f.Report = &Report{
		ClientID: f.Survivor.ClientID, ClientIDs: []int64{}, Versions: []VersionOf{},
		Moves: []Move{}, Fills: []Fill{}, Conflicts: []Conflict{}, Aliases: []client.Alias{},
	}
	for _, c := range f.All() {
		f.Report.Versions = append(f.Report.Versions, VersionOf{ClientID: c.ClientID, Version: c.Version})
	}
	for _, c := range f.Folded {
		f.Report.ClientIDs = append(f.Report.ClientIDs, c.ClientID)
	}
	f.foldLogin()
	for i := range client.Properties() {
		f.foldProperty(&client.Properties()[i])
	}
	f.foldViewers()
	f.foldForms()
	f.foldAliases()
	f.checkSize()
}

// checkSize refuses what no document could hold, or no transaction, and what
// nobody could write by hand.
func (f *Fold) checkSize() {
	for i := range client.Properties() {
		f.checkBound(&client.Properties()[i])
	}
	if len(f.After.SubjectIDs) > client.MaxSubjects {
		f.Errors = append(f.Errors, client.Path{"clientIds"}.At(client.TooManySubjects()))
	}
	if len(f.After.Appointments) > client.MaxAppointments {
		f.Errors = append(f.Errors, TooLarge(fmt.Sprintf("a client has at most %d appointments", client.MaxAppointments)))
	}
	if len(f.Viewers) > MaxMergeViewers {
		f.Errors = append(f.Errors, TooLarge(fmt.Sprintf("at most %d viewers can be moved at once", MaxMergeViewers)))
	}
	if f.After.TextSize() > maxMergedText {
		f.Errors = append(f.Errors, TooLarge("all texts of a client have at most 6 MiB"))
	}
}

// checkBound refuses more of a property than an input may hold, but for tags: they
// are many of one client's when it was many. What the survivor has already is no
// reason.
func (f *Fold) checkBound(p *client.Property) {
	if !p.Is(client.Writable) || p.Name == "tags" {
		return
	}
	before, _ := p.Size(f.Survivor)
	after, unit := p.Size(f.After)
	if after > p.Max && after > before {
		f.Errors = append(f.Errors, TooLarge(fmt.Sprintf("%s has at most %d %s", p.Name, p.Max, unit)))
	}
}

// TooLarge is the error of a survivor that no document could hold; rule says what
// it would exceed.
func TooLarge(rule string) *client.Error {
	return client.Path{"clientIds"}.At(&client.Error{Code: client.CodeMergeTooLarge, Message: rule + ": merge fewer clients, or shorten what they have"})
}

func (f *Fold) foldProperty(p *client.Property) {
	switch {
	case p.Name == client.InputSSN:
		f.foldSSN(p)
	case p.Name == client.NameFields:
		f.foldFields(p)
	case p.Name == client.NameSubjects:
		f.foldSubjects()
	case p.Name == client.NameAppointments:
		f.foldAppointments()
	case p.Name == "notes":
		f.foldNotes(p)
	case !p.Is(client.Writable):
		// Ids, dates and users of a record are its own.
	case p.Is(client.Consent):
		f.foldConsent(p)
	case p.IsList():
		f.foldList(p)
	default:
		f.foldValue(p)
	}
}

// All are the clients in the order that decides, the survivor first.
func (f *Fold) All() []*client.Client {
	return slices.Concat([]*client.Client{f.Survivor}, f.Folded)
}

// Among says whether a client is the survivor or one of the folded.
func (f *Fold) Among(id int64) bool {
	return slices.ContainsFunc(f.All(), func(c *client.Client) bool { return c.ClientID == id })
}

// OfOneValue says whether the field is a property with one value that callers write:
// neither a list nor derived from other properties.
func OfOneValue(field string) bool {
	p := client.PropertyByName(field)
	switch {
	case p == nil:
		return false
	case p.Name == client.InputSSN:
		return true
	}
	return p.Is(client.Writable) && !p.IsList()
}

// CustomFieldID is the id of the definition in a field name such as fields.322530.
func CustomFieldID(field string) (id int64, found bool) {
	const prefix = client.NameFields + "."
	if len(field) <= len(prefix) || field[:len(prefix)] != prefix {
		return 0, false
	}
	id, _ = client.ParseNumber(field[len(prefix):])
	return id, true
}

func customFieldName(id int64) string { return client.NameFields + "." + strconv.FormatInt(id, 10) }
