package transfer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"clientgraph/internal/client"
	"clientgraph/internal/service/writing"
	"clientgraph/internal/sheet"
)

const (
	// keysAtOnce bounds the keys of rows in memory: a file with more is read several
	// times, each time for a part of its keys.
	keysAtOnce = 1 << 20
	// mostRepeated bounds the rows with the key of an earlier row. A file with more has
	// probably the wrong key.
	mostRepeated = 100_000
)

// keyed is a row and a digest of its key.
type keyed struct {
	high, low uint64
	row       int64
}

func digestOf(key string) keyed {
	sum := sha256.Sum256([]byte(key))
	return keyed{high: binary.BigEndian.Uint64(sum[:]), low: binary.BigEndian.Uint64(sum[8:])}
}

func compareKeyed(a, b keyed) int {
	return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.low, b.low), cmp.Compare(a.row, b.row))
}

// survey is what is known about a file before any row is imported.
type survey struct {
	digest   []byte
	encoding sheet.Encoding
	// rows is the number of the last row, entries the number of rows that are not empty.
	rows, entries int64
	mapped        []Mapped
	// own says that rows name clients by ids of the file's own, edges that rows have
	// viewer edges.
	own, edges bool
	// parts is the number of parts in which the keys of the file are read. index has the
	// part in memory, sorted by key and row.
	parts, part int64
	index       []keyed
	// repeated maps rows to the first row with the same key.
	repeated map[int64]int64
}

// source is a file of clients, with how to read it.
type source struct {
	file    io.ReadSeeker
	options ImportOptions
	columns []*Column
	headers *headers
	survey
}

// look reads the whole file, several times, and writes nothing. Error: *FileError.
func (s *source) look(ctx context.Context) error {
	if err := s.digestFile(); err != nil {
		return err
	}
	s.parts = 1
	if err := s.readKeys(ctx, 0, true); err != nil {
		return err
	}
	s.repeated = map[int64]int64{}
	for part := int64(0); ; {
		if err := s.findRepeated(); err != nil {
			return err
		}
		if part++; part == s.parts {
			return nil
		}
		if err := s.readKeys(ctx, part, false); err != nil {
			return err
		}
	}
}

// digestFile detects the encoding, and computes the digest that identifies the import.
func (s *source) digestFile() error {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	sum := sha256.New()
	found, err := sheet.Detect(io.TeeReader(s.file, sum))
	if err != nil {
		return err
	}
	s.encoding = cmp.Or(s.options.Encoding, found)
	o := s.options
	stated, err := json.Marshal([]any{o.Format, o.Encoding, o.Delimiter, o.Reading, o.Mapping, o.Match, o.Several})
	if err != nil {
		return fmt.Errorf("digest the options: %w", err)
	}
	sum.Write(stated)
	s.digest = sum.Sum(nil)
	return nil
}

// open reads the file from its beginning.
func (s *source) open() (rowReader, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	text := sheet.Decode(s.file, s.encoding)
	if s.options.Format == JSONL {
		return newJSONRows(text, s.headers), nil
	}
	return newSheetRows(text, s.options.Delimiter, s.headers, s.options.Reading)
}

// each reads all rows after a given one, after look.
func (s *source) each(ctx context.Context, after int64, visit func(clientRow) error) error {
	rows, err := s.open()
	if err != nil {
		return err
	}
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if row.number <= after {
			continue
		}
		if err := visit(row); err != nil {
			return err
		}
	}
}

// readKeys reads the keys of a part of the file into the index. The first time it also
// computes the number of parts and the rest of the survey.
func (s *source) readKeys(ctx context.Context, part int64, first bool) error {
	s.index, s.part = s.index[:0], part
	rows, err := s.open()
	if err != nil {
		return err
	}
	if first {
		if err := s.columnsOf(rows); err != nil {
			return err
		}
	}
	for n := 0; ; n++ {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && n%1_000 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if first {
			s.note(row)
		}
		key := s.keyOf(row)
		if key == "" {
			continue
		}
		digest := digestOf(key)
		digest.row = row.number
		if s.partOf(digest) != part {
			continue
		}
		s.index = append(s.index, digest)
		if first && len(s.index) > keysAtOnce {
			s.parts *= 2
			s.index = slices.DeleteFunc(s.index, func(k keyed) bool { return s.partOf(k) != part })
		}
	}
	if first {
		s.mapped = rows.mapped()
	}
	slices.SortFunc(s.index, compareKeyed)
	return nil
}

func (s *source) partOf(k keyed) int64 { return int64(k.low % uint64(s.parts)) } //nolint:gosec // There are few parts.

// columnsOf checks for the columns that the import needs.
func (s *source) columnsOf(rows rowReader) error {
	if s.options.Format == JSONL {
		// Each line has its own names.
		return nil
	}
	has := func(name string) bool {
		return slices.ContainsFunc(rows.mapped(), func(m Mapped) bool { return m.Column == name })
	}
	if name := s.options.Match.column(); s.options.Match != MatchNone && !has(name) {
		return &FileError{[]Problem{{1, name, CodeMissingColumn, "rows are matched by this column, and no header is taken for it: map one to it, or match by another column"}}}
	}
	return nil
}

// note adds a row to the survey.
func (s *source) note(row clientRow) {
	s.rows, s.entries = row.number, s.entries+1
	for _, g := range row.given {
		s.edges = s.edges || g.column.use == edges
		s.own = s.own || g.column.use == ownKey && s.options.Match == MatchNone
	}
}

// keyOf returns the folded key of a row; empty if it has none.
func (s *source) keyOf(row clientRow) string {
	value, _ := row.value(s.options.Match.column())
	key := s.options.Match.key(value)
	if s.options.Match == MatchNone || keyText(value) == "" {
		return keyText(value)
	}
	if key.ClientID != nil {
		if key.ClientID.Malformed {
			return ""
		}
		return client.ID{Number: key.ClientID.As(client.TypeClient)}.String()
	}
	return key.Folded()
}

// findRepeated finds the rows of the index with the key of an earlier row.
func (s *source) findRepeated() error {
	for i := 1; i < len(s.index); i++ {
		a, b := s.index[i-1], s.index[i]
		if a.high != b.high || a.low != b.low {
			continue
		}
		first, known := s.repeated[a.row]
		if !known {
			first = a.row
		}
		s.repeated[b.row] = first
		if len(s.repeated) > mostRepeated {
			return &FileError{[]Problem{{0, s.options.Match.column(), CodeDuplicateKey, fmt.Sprintf("more than %d rows have the key of an earlier row: is this the column that rows are matched by?", mostRepeated)}}}
		}
	}
	return nil
}

// rowOf returns the row with a key, if the key is in the part in memory; 0 for none.
func (s *source) rowOf(key string) (row int64, ofPart bool) {
	k := digestOf(key)
	if s.partOf(k) != s.part {
		return 0, false
	}
	i, _ := slices.BinarySearchFunc(s.index, k, compareKeyed)
	if i < len(s.index) && s.index[i].high == k.high && s.index[i].low == k.low {
		return s.index[i].row, true
	}
	return 0, true
}

// Match is the key that finds the client of a row.
type Match string

// The keys. With MatchNone each row creates a client.
const (
	MatchNone             Match = "none"
	MatchClientID         Match = "clientId"
	MatchExternalUserName Match = "externalUserName"
	MatchEmailAddress     Match = "emailAddress"
)

// column returns the column of the key; for MatchNone that of the ids that viewer edges
// name.
func (m Match) column() string {
	if m == MatchNone {
		return columnClientID
	}
	return string(m)
}

// key returns a value as an UpsertKey.
func (m Match) key(value any) writing.UpsertKey {
	text := keyText(value)
	switch m {
	case MatchExternalUserName:
		if whole, is := value.(string); is {
			text = whole
		}
		return writing.UpsertKey{ExternalUserName: &text}
	case MatchEmailAddress:
		return writing.UpsertKey{EmailAddress: &text}
	}
	id, err := client.ParseID(text)
	if err != nil {
		id = client.ID{Malformed: true}
	}
	return writing.UpsertKey{ClientID: &id}
}
