package jobs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/sheet"
	"clientgraph/internal/store"
	"clientgraph/internal/transfer"
)

const (
	// maxMapped bounds the headers of a mapping.
	maxMapped = 1_000
	// maxDates bounds a date format in bytes.
	maxDates = 40
)

// ExportOptions say which clients to export, and how.
type ExportOptions struct {
	Format transfer.Format
	Filter reading.Filter
	// Wrong are errors of the input that are known already.
	Wrong client.Errors
}

// keptExport is the stored form of ExportOptions.
type keptExport struct {
	Format transfer.Format
	Filter reading.Filter
}

func (o ExportOptions) kept() keptExport { return keptExport{o.Format, o.Filter} }

// ImportOptions say how to read a file, and what to do with its rows. For empty options,
// the value is found from the file or is the default of package transfer.
type ImportOptions struct {
	Format        transfer.Format
	Encoding      sheet.Encoding
	Delimiter     string
	Dates         string
	ListSeparator string
	Mapping       []Mapped
	Match         transfer.Match
	Several       writing.Several
	DryRun, Again bool
}

// Mapped maps a header of the file to a column; an empty column leaves it out.
type Mapped struct {
	Header string
	Column *string
}

// check returns the errors of the options, with their paths in the input.
func (o ImportOptions) check() client.Errors {
	var errs client.Errors
	fail := func(err *client.Error, where ...string) {
		errs = append(errs, client.Path{"input"}.With(where...).At(err))
	}
	choice := func(message string) *client.Error {
		return &client.Error{Code: client.CodeInvalidChoice, Message: message}
	}
	if o.Delimiter != "" && (len(o.Delimiter) != 1 || !bytes.ContainsAny([]byte(o.Delimiter), ",;\t|")) {
		fail(choice("want a comma, a semicolon, a tab or a bar; left out, it is found"), "delimiter")
	}
	if separator, size := utf8.DecodeRuneInString(o.ListSeparator); o.ListSeparator != "" && (size != len(o.ListSeparator) || separator == '\\' || separator == utf8.RuneError) {
		fail(choice("want one character, but no backslash"), "listSeparator")
	}
	if len(o.Dates) > maxDates {
		fail(tooLong(maxDates), "dates")
	} else if (transfer.Reading{Dates: o.Dates}).Check() != nil {
		fail(choice("want YYYY, MM or M, and DD or D, once each, such as DD.MM.YYYY"), "dates")
	}
	if len(o.Mapping) > maxMapped {
		fail(client.TooMany(maxMapped), "mapping")
		return errs
	}
	seen := map[string]bool{}
	for i, m := range o.Mapping {
		at := []string{"mapping", strconv.Itoa(i), "header"}
		switch name := strings.TrimSpace(m.Header); {
		case name == "":
			fail(&client.Error{Code: client.CodeRequired, Message: "want the text of a header of the file"}, at...)
		case utf8.RuneCountInString(name) > client.MaxText:
			fail(tooLong(client.MaxText), at...)
		case seen[name]:
			fail(choice("this header is mapped twice"), at...)
		case name == "*" && m.Column != nil && *m.Column != "":
			fail(choice("all other headers can only be left out: give no column"), at...)
		default:
			seen[name] = true
		}
		if m.Column != nil && utf8.RuneCountInString(*m.Column) > client.MaxText {
			fail(tooLong(client.MaxText), "mapping", strconv.Itoa(i), "column")
		}
	}
	return errs
}

func tooLong(bound int) *client.Error {
	return &client.Error{Code: client.CodeTooLong, Message: fmt.Sprintf("want at most %d characters", bound)}
}

// options converts the options for package transfer.
func (o ImportOptions) options() transfer.ImportOptions {
	made := transfer.ImportOptions{
		Format: o.Format, Encoding: o.Encoding, Match: o.Match, Several: o.Several, DryRun: o.DryRun, Again: o.Again,
		Reading: transfer.Reading{Dates: o.Dates}, Mapping: transfer.Mapping{},
	}
	if o.Delimiter != "" {
		made.Delimiter = o.Delimiter[0]
	}
	if o.ListSeparator != "" {
		made.Reading.Separator, _ = utf8.DecodeRuneInString(o.ListSeparator)
	}
	for _, m := range o.Mapping {
		column := ""
		if m.Column != nil {
			column = *m.Column
		}
		made.Mapping[strings.TrimSpace(m.Header)] = column
	}
	return made
}

// seal encrypts options before they are stored with a job: a filter may have personal
// data.
func (s *Transfers) seal(key store.JobKey, options any) ([]byte, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("write the options of a job: %w", err)
	}
	sealed, err := s.Cipher.Seal(string(text), key.BusinessID, key.JobID, optionsField)
	if err != nil {
		return nil, fmt.Errorf("seal the options of a job: %w", err)
	}
	return sealed, nil
}

// open decrypts the options of a job.
func (s *Transfers) open(job *store.Job, into any) error {
	text, err := s.Cipher.Open(job.Options, job.BusinessID, job.JobID, optionsField)
	if err != nil {
		return fmt.Errorf("open the options of a job: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	// Numbers in a filter stay exact.
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read the options of a job: %w", err)
	}
	return nil
}
