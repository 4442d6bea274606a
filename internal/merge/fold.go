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
	// MaxMergeViewers bounds the viewers whose edges one merge changes.
	MaxMergeViewers = 50_000
	// maxMergedText bounds all text of a survivor in bytes: a document of the database
	// has at most 16 MiB, and has more than text.
	maxMergedText = 6 << 20
)

// Fold computes a merge: from the current records, the survivor's record after it and the
// report. It reads and stores nothing, so that a preview and a merge of the same records
// have the same report.
type Fold struct {
	// Indexer compares phone numbers and names by the rules of the business.
	Indexer  *search.Indexer
	Survivor *client.Client
	// Folded are the clients to fold, in the order of the request.
	Folded []*client.Client
	// Choices are the caller's decisions, by field.
	Choices map[string]Decision
	// SSNs are the social security numbers by client id; clients without one are missing.
	SSNs map[int64]string
	// Viewers are the viewers of the merged clients that are not merged themselves,
	// ordered by id.
	Viewers []Viewer
	// Forms are the numbers of forms of the folded clients, by client id.
	Forms map[int64]int64

	// Run computes the following fields.
	After *client.Client
	// SSNFrom is the client whose social security number the survivor takes; 0 for none.
	SSNFrom int64
	Report  *Report
	Errors  client.Errors
}

// Decision is the client whose value the caller chose for a field, and the path of that
// choice in the request.
type Decision struct {
	FromClientID int64
	Where        client.Path
}

// Viewer is a client that may see some of the given clients.
type Viewer struct {
	ClientID int64
	// Saw are the given clients that it may see, ascending.
	Saw []int64
	// Sees is the number of all its subjects, if that was asked for.
	Sees int
}

// Run computes the merge, property by property in the order of the table.
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

// checkSize refuses a survivor that is too large for a document, a transaction, or an
// input.
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

// checkBound refuses more entries of a property than an input may have, except tags: a
// client that was several may have more. It does not refuse what the survivor has
// already.
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

// TooLarge is the error of a survivor that exceeds a bound; rule names the bound.
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
		// Ids, dates and users are not merged.
	case p.Is(client.Consent):
		f.foldConsent(p)
	case p.IsList():
		f.foldList(p)
	default:
		f.foldValue(p)
	}
}

// All returns all clients of the merge in the order that decides, the survivor first.
func (f *Fold) All() []*client.Client {
	return slices.Concat([]*client.Client{f.Survivor}, f.Folded)
}

// Among says whether a client is the survivor or a folded one.
func (f *Fold) Among(id int64) bool {
	return slices.ContainsFunc(f.All(), func(c *client.Client) bool { return c.ClientID == id })
}

// OfOneValue says whether the field is a property with one value that callers can write:
// not a list, and not derived from other properties.
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

// CustomFieldID returns the definition's id in a field name such as fields.322530.
func CustomFieldID(field string) (id int64, found bool) {
	const prefix = client.NameFields + "."
	if len(field) <= len(prefix) || field[:len(prefix)] != prefix {
		return 0, false
	}
	id, _ = client.ParseNumber(field[len(prefix):])
	return id, true
}

func customFieldName(id int64) string { return client.NameFields + "." + strconv.FormatInt(id, 10) }
