package client

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Bounds of a survivor.
const (
	// MaxMergeViewers bounds how many viewers' edges one merge repoints.
	MaxMergeViewers = 50_000
	// maxMergedText bounds all text of a survivor in bytes: a document of the
	// database has 16 MiB, and holds more than that.
	maxMergedText = 6 << 20
)

// folding is a merge on paper: from the records as they are it tells the
// survivor's record afterwards and the report. It reads nothing else, so that a
// preview and a merge of the same records tell the same.
type folding struct {
	// keyer tells which values are one to the business.
	keyer    *Keyer
	survivor *Client
	// folded are the others, in the order of the request.
	folded []*Client
	// choices are whose value of a field wins, where that was said.
	choices map[string]choice
	// ssns are the social security numbers of those who have one, by client.
	ssns map[int64]string
	// viewers are those who may see one of the clients, themselves aside, by id.
	viewers []Viewer
	// forms are how many forms each of the folded brings, by client.
	forms map[int64]int64

	// What follows is told.
	after *Client
	// ssnFrom is whose social security number the survivor takes; 0 for none.
	ssnFrom int64
	report  *MergeReport
	errs    Errors
}

// choice is whose value of a field wins, and where in the request that is said.
type choice struct {
	fromClientID int64
	where        path
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

// fold runs the merge, property by property in the order of the table.
func (f *folding) fold() {
	f.after = f.survivor.Clone()
	f.report = &MergeReport{
		ClientID: f.survivor.ClientID, ClientIDs: []int64{}, Versions: []VersionOf{},
		Moves: []MergeMove{}, Fills: []MergeFill{}, Conflicts: []MergeConflict{}, Aliases: []Alias{},
	}
	for _, c := range f.all() {
		f.report.Versions = append(f.report.Versions, VersionOf{ClientID: c.ClientID, Version: c.Version})
	}
	for _, c := range f.folded {
		f.report.ClientIDs = append(f.report.ClientIDs, c.ClientID)
	}
	f.foldLogin()
	for i := range Properties() {
		f.foldProperty(&Properties()[i])
	}
	f.foldViewers()
	f.foldForms()
	f.foldAliases()
	f.checkSize()
}

// checkSize refuses what no document could hold, or no transaction, and what
// nobody could write by hand.
func (f *folding) checkSize() {
	for i := range Properties() {
		f.checkBound(&Properties()[i])
	}
	if len(f.after.SubjectIDs) > MaxSubjects {
		f.errs = append(f.errs, path{"clientIds"}.at(tooManySubjects()))
	}
	if len(f.after.Appointments) > MaxAppointments {
		f.errs = append(f.errs, mergeTooLarge(fmt.Sprintf("a client has at most %d appointments", MaxAppointments)))
	}
	if len(f.viewers) > MaxMergeViewers {
		f.errs = append(f.errs, mergeTooLarge(fmt.Sprintf("at most %d viewers can be moved at once", MaxMergeViewers)))
	}
	if f.after.textSize() > maxMergedText {
		f.errs = append(f.errs, mergeTooLarge("all texts of a client have at most 6 MiB"))
	}
}

// checkBound refuses more of a property than an input may hold, but for tags: they
// are many of one client's when it was many. What the survivor has already is no
// reason.
func (f *folding) checkBound(p *Property) {
	if !p.is(writable) || p.Name == "tags" {
		return
	}
	before, after, of := 0, 0, "entries"
	switch own := p.At(f.after).(type) {
	case *[]string:
		before, after = len(*p.At(f.survivor).(*[]string)), len(*own)
	case *[]int64:
		before, after = len(*p.At(f.survivor).(*[]int64)), len(*own)
	case **string:
		before, after, of = length(*p.At(f.survivor).(**string)), length(*own), "characters"
	}
	if after > p.Max && after > before {
		f.errs = append(f.errs, mergeTooLarge(fmt.Sprintf("%s has at most %d %s", p.Name, p.Max, of)))
	}
}

// length is how many characters a text has; 0 for none.
func length(text *string) int {
	if text == nil {
		return 0
	}
	return utf8.RuneCountInString(*text)
}

func mergeTooLarge(rule string) *Error {
	return path{"clientIds"}.at(&Error{Code: CodeMergeTooLarge, Message: rule + ": merge fewer clients, or shorten what they have"})
}

func (f *folding) foldProperty(p *Property) {
	switch {
	case p.Name == inputSSN:
		f.foldSSN(p)
	case p.Name == nameFields:
		f.foldFields(p)
	case p.Name == nameSubjects:
		f.foldSubjects()
	case p.Name == nameAppointments:
		f.foldAppointments()
	case p.Name == "notes":
		f.foldNotes(p)
	case !p.is(writable):
		// Ids, dates and users of a record are its own.
	case p.is(consent):
		f.foldConsent(p)
	default:
		switch p.kind.(type) {
		case *[]string, *[]int64:
			f.foldList(p)
		default:
			f.foldValue(p)
		}
	}
}

// all are the clients in the order that decides, the survivor first.
func (f *folding) all() []*Client {
	return slices.Concat([]*Client{f.survivor}, f.folded)
}

// among says whether a client is one of those that become one.
func (f *folding) among(id int64) bool {
	return slices.ContainsFunc(f.all(), func(c *Client) bool { return c.ClientID == id })
}

// choosable says whether a choice may name the field: it has one value, and no
// rule of its own decides about it.
func (m *merging) choosable(field string) bool {
	if id, custom := customFieldID(field); custom {
		d := m.definitions.ByID(id)
		return d != nil && d.PropertyCode == nil
	}
	p := PropertyByName(field)
	return ofOneValue(field) && !p.is(consent) && p.Name != "notes"
}

// ofOneValue says whether the field is a property that has one value and is
// written, not one that follows from others.
func ofOneValue(field string) bool {
	p := PropertyByName(field)
	switch {
	case p == nil:
		return false
	case p.Name == inputSSN:
		return true
	}
	switch p.kind.(type) {
	case *[]string, *[]int64:
		return false
	}
	return p.is(writable)
}

// customFieldID is the definition that a field name such as fields.322530 is of.
func customFieldID(field string) (id int64, found bool) {
	const prefix = nameFields + "."
	if len(field) <= len(prefix) || field[:len(prefix)] != prefix {
		return 0, false
	}
	id, _ = parseNumber(field[len(prefix):])
	return id, true
}

func customFieldName(id int64) string { return nameFields + "." + strconv.FormatInt(id, 10) }
