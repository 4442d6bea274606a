package record

import (
	"fmt"
	"unsafe"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/client"
	"clientgraph/internal/mongostore/schema"
)

// RowSet reads the documents of one query as rows. A row stores the offset of each
// selected field in its document, and decodes a field only when it is asked for.
type RowSet struct {
	*layout

	codec *Codec
	// memory and places are allocated for many rows at once: for copies of documents,
	// and for documentRow.places.
	memory []byte
	places []place
	rows   []documentRow
	// expected is the number of rows to come, 0 if it is not known. allocated is the
	// number of rows that memory was last allocated for.
	expected, allocated int
	// stable says that the documents are not overwritten, so rows need no copies of them.
	stable bool
	value  rowValue
}

// baseNames returns the fields that every read loads, in the order of documents.
func baseNames() []string {
	return []string{schema.FieldID, schema.FieldBusiness, schema.FieldSchema, schema.FieldVersion, schema.FieldChange, schema.FieldLifecycle}
}

// slotSchema is the place in baseNames of the version that stored a document.
const slotSchema = 2

// NewRowSet returns a RowSet for the selected properties.
func (c *Codec) NewRowSet(need client.Selection) *RowSet {
	return &RowSet{layout: c.layoutOf(need), codec: c}
}

// documentRow is a row that reads from its document.
type documentRow struct {
	set      *RowSet
	document []byte
	// places has a place for each name of the set.
	places []place
	base   client.Base
}

// place is where a value begins in a document, with its BSON type in the highest byte. A
// document has at most 16 MiB. It is 0 if the document does not have the value.
type place uint32

const typeShift = 24

func placeAt(kind byte, offset int) place {
	return place(kind)<<typeShift | place(offset) //nolint:gosec // As place says.
}

func (p place) kind() bson.Type { return bson.Type(p >> typeShift) }

func (p place) offset() int { return int(p & (1<<typeShift - 1)) }

var _ client.Row = (*documentRow)(nil)

// The numbers of rows that memory is allocated for: at first, at most if the number of
// rows to come is not known, and at most if it is known.
const (
	fewRows  = 4
	manyRows = 128
	mostRows = 1024
)

// Expect announces how many documents come next, so that memory for them is allocated at
// once. stable says that the documents are not overwritten afterwards, so that they need
// not be copied.
func (s *RowSet) Expect(documents int, stable bool) {
	s.expected, s.stable = min(documents, mostRows), stable
}

// Read returns a document as a row. The document may have only the fields of a
// projection. Errors: ErrNewer, and one for bytes that are not a client's document.
func (s *RowSet) Read(document bson.Raw) (client.Row, error) {
	r := s.next()
	r.keep(document)
	// Nearly all documents have this version. find reads the version with the other fields.
	if err := r.find(); err != nil || !r.isCurrent() {
		current, _, err := s.codec.Current(document)
		if err != nil {
			return nil, err
		}
		r.keep(current)
		clear(r.places)
		if err := r.find(); err != nil {
			return nil, err
		}
	}
	if err := r.readBase(); err != nil {
		return nil, err
	}
	return r, nil
}

// next returns a new row without a document.
func (s *RowSet) next() *documentRow {
	if len(s.rows) == cap(s.rows) {
		s.allocated = min(max(fewRows, 4*s.allocated), manyRows)
		if s.expected > 0 {
			s.allocated, s.expected = s.expected, 0
		}
		s.rows = make([]documentRow, 0, s.allocated)
		s.places = make([]place, s.allocated*len(s.names))
	}
	s.rows = append(s.rows, documentRow{set: s})
	r := &s.rows[len(s.rows)-1]
	r.places, s.places = s.places[:len(s.names):len(s.names)], s.places[len(s.names):]
	return r
}

// isCurrent says whether this version stored the document.
func (r *documentRow) isCurrent() bool {
	var version int64
	return r.number(slotSchema, &version) && version == r.set.codec.SchemaVersion()
}

// keep stores the document in the row. It copies the document unless it is stable: a
// database cursor overwrites a document when it reads the next one.
func (r *documentRow) keep(document []byte) {
	if r.document = document; !r.set.stable {
		r.document = r.set.room(len(document))
		copy(r.document, document)
	}
}

// Base returns the part of a row that every read loads.
func (*RowSet) Base(row client.Row) client.Base { return row.Base() }

// Subjects returns the ids of the clients that a row's client may see, if they were
// selected.
func (*RowSet) Subjects(row client.Row) []int64 {
	return row.IDs(nil, client.PlaceOf(client.NameSubjects))
}

// room returns memory for a row of that size in bytes. The documents of a read have
// similar sizes, so memory is allocated for all rows that fit in s.rows at once, with an
// eighth to spare.
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

// find sets the places of the set's names in the document. Documents have the
// names in the set's order, so the search for each begins after the one before.
func (r *documentRow) find() error {
	const header, end = 4, 1
	names, next := r.set.names, 0
	if len(r.document) < header+end || len(r.document) > 1<<typeShift {
		return fmt.Errorf("read a client document: it has %d bytes", len(r.document))
	}
	// Without the zero byte that ends the document, which could be read as the end of a name.
	elements := r.document[:len(r.document)-end]
	for rest := elements[header:]; len(rest) > 0; {
		slot, size := r.set.slotOf(rest, next), 0
		if slot >= 0 {
			value := 1 + len(r.set.terminated[slot])
			if length := sizeOf(rest[0], rest[value:]); length >= 0 {
				size = value + length
			}
			r.places[slot], next = placeAt(rest[0], len(elements)-len(rest)+value), slot+1
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

// slotOf returns the place in names of the first element in rest, the unread bytes of a
// document; -1 for any other name. The search begins at the place next.
func (s *RowSet) slotOf(rest []byte, next int) int {
	for slot := next; slot < len(s.terminated); slot++ {
		if isNamed(rest, s.terminated[slot]) {
			return slot
		}
	}
	for slot := range min(next, len(s.terminated)) {
		if isNamed(rest, s.terminated[slot]) {
			return slot
		}
	}
	return -1
}

// readBase reads the fields that every read loads.
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

// lifecycleOf returns a lifecycle that does not share the document's memory. The usual
// ones are constants, which need no allocation.
func lifecycleOf(text string) client.Lifecycle {
	switch client.Lifecycle(text) {
	case client.Live:
		return client.Live
	case client.Removed:
		return client.Removed
	}
	return client.Lifecycle([]byte(text))
}

// number reads a whole number. If the document does not have it, to stays as it is.
func (r *documentRow) number(slot int, to *int64) bool {
	v := r.stored(slot)
	if v == nil {
		return true
	}
	var ok bool
	*to, ok = v.Int()
	return ok
}

// stored returns the value of a slot; nil if the document does not have it. The value is
// valid until the next call of stored for a row of the set.
func (r *documentRow) stored(slot int) *rowValue {
	at := r.places[slot]
	if at == 0 {
		return nil
	}
	r.set.value.value = bson.RawValue{Type: at.kind(), Value: r.document[at.offset() : len(r.document)-1]}
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
	// The entries of a BSON array are elements that are named by their index.
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

// rowValue is a value of a row. Its texts share the row's memory and are not copied.
type rowValue struct {
	stored
	// entry is the result of Entry. It is reused, so that it is allocated once.
	entry *rowValue
}

// Length implements client.Stored. The slice of entries is reused for each list.
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
	return unsafe.String(unsafe.SliceData(value[4:]), length-1), true //nolint:gosec // Nobody overwrites the document.
}
