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
	// maxDates bounds the form in which dates are written, in bytes.
	maxDates = 40
)

// ExportOptions say which clients to export, and how.
type ExportOptions struct {
	Format transfer.Format
	Filter reading.Filter
	// Wrong are the errors that were found in the input so far.
	Wrong client.Errors
}

// keptExport is what is kept of ExportOptions.
type keptExport struct {
	Format transfer.Format
	Filter reading.Filter
}

func (o ExportOptions) kept() keptExport { return keptExport{o.Format, o.Filter} }

// ImportOptions say how a file is read, and what to do with its rows. What is empty is
// found out from the file, or has the default of package transfer.
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

// Mapped says which column a header of the file is; none leaves it out.
type Mapped struct {
	Header string
	Column *string
}

// check says what is wrong with the options, each by its place in the input.
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

// options are the options as package transfer has them.
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

// seal encrypts options, which are stored with a job: a filter may name a person.
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

// open reads the options of a job.
func (s *Transfers) open(job *store.Job, into any) error {
	text, err := s.Cipher.Open(job.Options, job.BusinessID, job.JobID, optionsField)
	if err != nil {
		return fmt.Errorf("open the options of a job: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	// Numbers of a filter are exact.
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read the options of a job: %w", err)
	}
	return nil
}
