package record

import (
	"fmt"
	"unsafe"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// RowSet reads the documents of one query as rows: it remembers where in a document
// each selected part is, and decodes nothing that nobody asks for.
type RowSet struct {
	codec *Codec
	// names are those that may be in a document, in the order in which documents have
	// them; slots says of each property of the table which of them it is, from 1.
	names []string
	slots []int
	// ended are names with the byte that ends them in a document.
	ended []string
	// bases is how many of names come before the properties.
	bases int
	// memory is what documents and rows are copied into: many at a time.
	memory []byte
	places []uint32
	rows   []documentRow
	// expected is how many rows are known to come; 0 where nobody said. taken is for how
	// many rows memory was taken last: few reads have many.
	expected, taken int
	// lasting says that documents stay as they are: rows are made in their place.
	lasting bool
	value   rowValue
}

// baseNames are the names that every read loads, in the order of documents.
func baseNames() []string {
	return []string{schema.FieldID, schema.FieldBusiness, schema.FieldSchema, schema.FieldVersion, schema.FieldChange, schema.FieldLifecycle}
}

// slotSchema is the slot of the version that stored a document, among baseNames.
const slotSchema = 2

// NewRowSet returns the reader of rows with the selected parts.
func (c *Codec) NewRowSet(need client.Selection) *RowSet {
	s := &RowSet{codec: c, names: baseNames(), slots: make([]int, len(c.properties))}
	s.bases = len(s.names)
	for i := range c.properties {
		if need.Has(i) {
			s.names = append(s.names, c.properties[i].Name)
			s.slots[i] = len(s.names)
		}
	}
	s.ended = make([]string, len(s.names))
	for i, name := range s.names {
		s.ended[i] = c.ended[name]
	}
	return s
}

// documentRow is a document as a row.
type documentRow struct {
	set      *RowSet
	document []byte
	// at is where the value of each of the set's names begins; 0 for one that is not
	// there. Its type is before its name.
	at    []uint32
	types []byte
	base  client.Base
}

var _ client.Row = (*documentRow)(nil)

// Memory is taken for so many rows at first, and for so many at most; for more only of
// those that are known to come.
const (
	fewRows  = 4
	manyRows = 128
	mostRows = 1024
)

// Expect says how many documents come next, so that memory is taken for them once, and
// whether all that are read stay as they are, so that they need not be copied.
func (s *RowSet) Expect(documents int, lasting bool) {
	s.expected, s.lasting = min(documents, mostRows), lasting
}

// Read is a document, or the part of one that a projection left, as a row. Errors:
// ErrNewer, and for what is no client document.
func (s *RowSet) Read(document bson.Raw) (client.Row, error) {
	r := s.next()
	r.keep(document)
	// Nearly all documents are of this version, which is found with what else is wanted.
	if err := r.find(); err != nil || !r.isCurrent() {
		current, _, err := s.codec.Current(document)
		if err != nil {
			return nil, err
		}
		r.keep(current)
		clear(r.at)
		if err := r.find(); err != nil {
			return nil, err
		}
	}
	if err := r.readBase(); err != nil {
		return nil, err
	}
	return r, nil
}

// next is a new row, of no document yet.
func (s *RowSet) next() *documentRow {
	if len(s.rows) == cap(s.rows) {
		s.taken = min(max(fewRows, 4*s.taken), manyRows)
		if s.expected > 0 {
			s.taken, s.expected = s.expected, 0
		}
		s.rows = make([]documentRow, 0, s.taken)
		s.places = make([]uint32, s.taken*len(s.names))
	}
	s.rows = append(s.rows, documentRow{set: s})
	r := &s.rows[len(s.rows)-1]
	r.at, s.places = s.places[:len(s.names):len(s.names)], s.places[len(s.names):]
	return r
}

// isCurrent says whether the document says that this version stored it.
func (r *documentRow) isCurrent() bool {
	var version int64
	return r.number(slotSchema, &version) && version == r.set.codec.SchemaVersion()
}

// keep copies a document into memory of the set's own, unless it lasts: that of a cursor
// is valid until its next document.
func (r *documentRow) keep(document []byte) {
	if r.set.lasting {
		r.document, r.types = document, r.set.room(len(r.set.names))
		return
	}
	own := r.set.room(len(document) + len(r.set.names))
	copy(own, document)
	r.document, r.types = own[:len(document):len(document)], own[len(document):]
}

// Base is what every read loads of a row.
func (*RowSet) Base(row client.Row) client.Base { return row.Base() }

// Subjects are the clients whom a row's client can see, where they were selected.
func (*RowSet) Subjects(row client.Row) []int64 {
	return row.IDs(nil, client.PlaceOf(client.NameSubjects))
}

// room is memory for a row of that size. The documents of a read are much alike, and so
// it is taken for all rows that are to come, and for a little more.
func (s *RowSet) room(size int) []byte {
	const atOnce = 64 << 10
	if len(s.memory) < size {
		left := cap(s.rows) - len(s.rows) + 1
		s.memory = make([]byte, max(size, min((size+size/8)*left, atOnce)))
	}
	own := s.memory[:size:size]
	s.memory = s.memory[size:]
	return own
}

// find finds the set's names in the document. They come in the set's order, so each
// is looked for where the one before was found.
func (r *documentRow) find() error {
	const header, end = 4, 1
	names, next := r.set.names, 0
	if len(r.document) < header+end {
		return fmt.Errorf("read a client document: it has %d bytes", len(r.document))
	}
	// Without the byte that ends the document, which could be taken for the end of a name.
	elements := r.document[:len(r.document)-end]
	for rest := elements[header:]; len(rest) > 0; {
		slot, size := r.set.slotOf(rest, next), 0
		if slot >= 0 {
			value := 1 + len(r.set.ended[slot])
			if length := sizeOf(rest[0], rest[value:]); length >= 0 {
				size = value + length
			}
			r.at[slot] = uint32(len(elements) - len(rest) + value) //nolint:gosec // A document has 16 MiB.
			r.types[slot], next = rest[0], slot+1
		} else {
			_, size, _ = element(rest)
		}
		if size == 0 {
			return fmt.Errorf("read a client document: what comes after %q can't be read", names[max(next-1, 0)])
		}
		rest = rest[size:]
	}
	return nil
}

// slotOf is the slot of the name of the first element of a document's rest, which is
// looked for from next on; -1 for a name that is none of the set's.
func (s *RowSet) slotOf(rest []byte, next int) int {
	for slot := next; slot < len(s.ended); slot++ {
		if isNamed(rest, s.ended[slot]) {
			return slot
		}
	}
	for slot := range min(next, len(s.ended)) {
		if isNamed(rest, s.ended[slot]) {
			return slot
		}
	}
	return -1
}

// readBase reads what every read loads.
func (r *documentRow) readBase() error {
	ok := r.number(0, &r.base.ClientID)
	ok = r.number(1, &r.base.BusinessID) && ok
	ok = r.number(3, &r.base.Version) && ok
	if v := r.stored(5); v != nil {
		var lifecycle string
		lifecycle, there := v.Text()
		r.base.Lifecycle, ok = lifecycleOf(lifecycle), ok && there
	}
	if !ok {
		return fmt.Errorf("client document: one of %v has another type", r.set.names[:r.set.bases])
	}
	return nil
}

// lifecycleOf is one of the known ones without memory of its own.
func lifecycleOf(text string) client.Lifecycle {
	switch client.Lifecycle(text) {
	case client.Live:
		return client.Live
	case client.Removed:
		return client.Removed
	}
	return client.Lifecycle([]byte(text))
}

// number reads a whole number; one that is not there stays as it is.
func (r *documentRow) number(slot int, to *int64) bool {
	v := r.stored(slot)
	if v == nil {
		return true
	}
	var ok bool
	*to, ok = v.Int()
	return ok
}

// stored is the value of a slot, until the next one of the set is asked for; nil for
// none.
func (r *documentRow) stored(slot int) *rowValue {
	at := r.at[slot]
	if at == 0 {
		return nil
	}
	r.set.value.value = bson.RawValue{Type: bson.Type(r.types[slot]), Value: r.document[at : len(r.document)-1]}
	return &r.set.value
}

func (r *documentRow) part(place int) *rowValue {
	if slot := r.set.slots[place]; slot > 0 {
		return r.stored(slot - 1)
	}
	return nil
}

// Base implements client.Row.
func (r *documentRow) Base() client.Base { return r.base }

// Append implements client.Row.
func (r *documentRow) Append(dst []byte, place int) ([]byte, error) {
	p := &r.set.codec.properties[place]
	var from client.Stored
	if v := r.part(place); v != nil {
		from = v
	}
	dst, ok := p.AppendStored(dst, from)
	if !ok {
		return dst, fmt.Errorf("client document: %s has another type", p.Name)
	}
	return dst, nil
}

// Text implements client.Row.
func (r *documentRow) Text(place int) (string, bool) {
	v := r.part(place)
	if v == nil {
		return "", false
	}
	return v.Text()
}

// IDs implements client.Row.
func (r *documentRow) IDs(to []int64, place int) []int64 {
	v := r.part(place)
	if v == nil {
		return to
	}
	if v.value.Type != bson.TypeArray {
		if id, ok := v.Int(); ok {
			to = append(to, id)
		}
		return to
	}
	// Entries are elements, whose names are their numbers.
	list := v.value.Value
	if size := prefixed(list, 0); size > 4 && size <= len(list) {
		for rest := list[4:size]; len(rest) > 1; {
			name, size, ok := element(rest)
			if !ok || size > len(rest) {
				return to
			}
			if number, ok := wholeNumber(bson.Type(rest[0]), rest[1+len(name)+1:size]); ok {
				to = append(to, number)
			}
			rest = rest[size:]
		}
	}
	return to
}

// Record implements client.Row.
func (r *documentRow) Record() (*client.Client, error) { return r.set.codec.Decode(r.document) }

// rowValue is a value of a row. Its texts are the row's own: they are not copied.
type rowValue struct {
	stored
	// entry is what Entry answers, kept so that it is allocated once.
	entry *rowValue
}

// Length implements client.Stored. The places of the entries are kept where those of
// the list before were.
func (v *rowValue) Length() (int, bool) {
	v.entries = v.entries[:0]
	list := v.value.Value
	size := prefixed(list, 0)
	if v.value.Type != bson.TypeArray || size < 5 || size > len(list) || list[size-1] != 0 {
		return 0, false
	}
	for rest := list[4 : size-1]; len(rest) > 0; {
		name, length, ok := element(rest)
		if !ok {
			return 0, false
		}
		v.entries = append(v.entries, bson.RawValue{Type: bson.Type(rest[0]), Value: rest[1+len(name)+1 : length]})
		rest = rest[length:]
	}
	return len(v.entries), true
}

// Entry implements client.Stored.
func (v *rowValue) Entry(i int) client.Stored {
	if v.entry == nil {
		v.entry = &rowValue{}
	}
	v.entry.value = v.entries[i]
	return v.entry
}

// Text implements client.Stored.
func (v *rowValue) Text() (string, bool) {
	value := v.value.Value
	if v.value.Type != bson.TypeString || len(value) < 5 {
		return "", false
	}
	length := prefixed(value, 0)
	if length < 1 || 4+length > len(value) {
		return "", false
	}
	return unsafe.String(unsafe.SliceData(value[4:]), length-1), true //nolint:gosec // The document is never written again.
}
