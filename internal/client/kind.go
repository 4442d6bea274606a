package client

import (
	"slices"
)

// kind has the functions for properties of one Go type. T is the type of the property's
// field in the struct. Every kind has every function.
type kind[T any] struct {
	// get returns the value in the form of inputs and history: nil for none, never a
	// pointer.
	get func(T) any
	// set is the opposite of get. A value of another type counts as none.
	set   func(any) T
	equal func(a, b T) bool
	// clone gives a list memory of its own.
	clone func(T) T
	// empty says whether there is no value, so that nothing is stored.
	empty func(T) bool
	// encode returns the value in the form that a store keeps, see Document; nil for
	// none.
	encode func(T) any
	// decode decodes a stored value; false if it has another type.
	decode func(Stored) (T, bool)
	// appendJSON appends the value as the schema's field answers it.
	appendJSON func(dst []byte, value T) []byte
	// appendStored is appendJSON for a stored value; false if it has another type.
	appendStored func(dst []byte, from Stored) ([]byte, bool)
	// show returns the value in the form of history, reports and exports: integers, days
	// and instants as text; nil for none.
	show func(T) any
	// read checks a value that a caller sent, and converts it to the form for set. held
	// is the client's value, as get returns it.
	read func(p *Property, raw, held any, where Path) (any, Errors)
	// sent says whether the value that a caller sent equals the stored one.
	sent func(raw any, held T) bool
	// size is the number of characters of a text, or of entries of a list; 0 for other
	// kinds.
	size func(T) int
	// bytes is the number of bytes of all text.
	bytes func(T) int
	// strictness orders consent values; the highest is the strictest.
	strictness func(T) int
	// entries returns a list's entries, setEntries is the opposite; nil for other kinds.
	entries    func(T) []any
	setEntries func([]any) T
	facts      kindFacts
}

// kindFacts are facts about a kind.
type kindFacts struct {
	// list says that values have entries.
	list bool
	// unit is what Property.Max counts.
	unit string
	// field is the type of custom fields that may stand for the property; empty for none.
	field FieldType
}

// place is a property's field in the struct with its kind, independent of the Go type.
type place interface {
	at(c *Client) any
	facts() kindFacts
	value(c *Client) any
	setValue(c *Client, value any)
	equal(a, b *Client) bool
	sameValue(a, b any) bool
	copy(to, from *Client)
	clone(c *Client)
	empty(c *Client) bool
	encode(c *Client) any
	encodeValue(value any) any
	decode(c *Client, from Stored) bool
	decodeValue(from Stored) (any, bool)
	appendJSON(dst []byte, c *Client) []byte
	appendStored(dst []byte, from Stored) ([]byte, bool)
	show(value any) any
	read(p *Property, raw, held any, where Path) (any, Errors)
	sent(raw, held any) bool
	size(c *Client) int
	bytes(c *Client) int
	strictness(c *Client) int
	entries(c *Client) []any
	setEntries(c *Client, entries []any)
}

// placeOf is a place with its Go type.
type placeOf[T any] struct {
	kind *kind[T]
	of   func(*Client) *T
}

func (p placeOf[T]) at(c *Client) any              { return p.of(c) }
func (p placeOf[T]) facts() kindFacts              { return p.kind.facts }
func (p placeOf[T]) value(c *Client) any           { return p.kind.get(*p.of(c)) }
func (p placeOf[T]) setValue(c *Client, value any) { *p.of(c) = p.kind.set(value) }
func (p placeOf[T]) equal(a, b *Client) bool       { return p.kind.equal(*p.of(a), *p.of(b)) }
func (p placeOf[T]) sameValue(a, b any) bool       { return p.kind.equal(p.kind.set(a), p.kind.set(b)) }
func (p placeOf[T]) copy(to, from *Client)         { *p.of(to) = *p.of(from) }
func (p placeOf[T]) clone(c *Client)               { *p.of(c) = p.kind.clone(*p.of(c)) }
func (p placeOf[T]) empty(c *Client) bool          { return p.kind.empty(*p.of(c)) }
func (p placeOf[T]) encode(c *Client) any          { return p.kind.encode(*p.of(c)) }
func (p placeOf[T]) encodeValue(value any) any     { return p.kind.encode(p.kind.set(value)) }
func (p placeOf[T]) show(value any) any            { return p.kind.show(p.kind.set(value)) }
func (p placeOf[T]) sent(raw, held any) bool       { return p.kind.sent(raw, p.kind.set(held)) }
func (p placeOf[T]) size(c *Client) int            { return p.kind.size(*p.of(c)) }
func (p placeOf[T]) bytes(c *Client) int           { return p.kind.bytes(*p.of(c)) }
func (p placeOf[T]) strictness(c *Client) int      { return p.kind.strictness(*p.of(c)) }
func (p placeOf[T]) entries(c *Client) []any       { return p.kind.entries(*p.of(c)) }

func (p placeOf[T]) setEntries(c *Client, entries []any) { *p.of(c) = p.kind.setEntries(entries) }

func (p placeOf[T]) decode(c *Client, from Stored) bool {
	var ok bool
	*p.of(c), ok = p.kind.decode(from)
	return ok
}

func (p placeOf[T]) decodeValue(from Stored) (any, bool) {
	value, ok := p.kind.decode(from)
	return p.kind.get(value), ok
}

func (p placeOf[T]) appendJSON(dst []byte, c *Client) []byte {
	return p.kind.appendJSON(dst, *p.of(c))
}

func (p placeOf[T]) appendStored(dst []byte, from Stored) ([]byte, bool) {
	if from == nil {
		var none T
		return p.kind.appendJSON(dst, none), true
	}
	return p.kind.appendStored(dst, from)
}

func (p placeOf[T]) read(property *Property, raw, held any, where Path) (any, Errors) {
	return p.kind.read(property, raw, held, where)
}

// element is a single value. Kinds are made from it: an optional value, a required value,
// or a list of values.
type element[V any] struct {
	equal      func(a, b V) bool
	encode     func(V) any
	decode     func(Stored) (V, bool)
	appendJSON func(dst []byte, value V) []byte
	show       func(V) any
	bytes      func(V) int
	// read and sent are nil for values that callers can't write.
	read func(p *Property, raw any) (any, *Error)
	sent func(raw any, held V) bool
	// size, strictness and the facts are those of a kind of one value.
	size       func(V) int
	strictness func(V) int
	facts      kindFacts
}

// notWritten is the read of a property that callers can't write.
func notWritten(_ *Property, _, _ any, where Path) (any, Errors) {
	return nil, Errors{where.At(notWritable())}
}

// always returns the kind of a required value.
func always[V any](e element[V]) *kind[V] {
	return &kind[V]{
		get: func(value V) any { return value },
		set: func(value any) V {
			v, _ := value.(V)
			return v
		},
		equal:      e.equal,
		clone:      func(value V) V { return value },
		empty:      func(V) bool { return false },
		encode:     e.encode,
		decode:     e.decode,
		appendJSON: e.appendJSON,

		appendStored: e.appendStored,

		show:       e.show,
		read:       e.reader(),
		sent:       func(raw any, held V) bool { return e.sent != nil && e.sent(raw, held) },
		size:       func(value V) int { return measure(e.size, value) },
		bytes:      e.bytes,
		strictness: func(value V) int { return measure(e.strictness, value) },
		entries:    func(V) []any { return nil },
		setEntries: func([]any) V { return *new(V) },
		facts:      e.facts,
	}
}

// optional returns the kind of an optional value.
func optional[V any](e element[V]) *kind[*V] {
	return &kind[*V]{
		get: Deref[V],
		set: func(value any) *V {
			if v, ok := value.(V); ok {
				return &v
			}
			return nil
		},
		equal: func(a, b *V) bool {
			if a == nil || b == nil {
				return a == b
			}
			return e.equal(*a, *b)
		},
		clone:  func(value *V) *V { return value },
		empty:  func(value *V) bool { return value == nil },
		encode: func(value *V) any { return unlessNil(value, e.encode) },
		decode: func(from Stored) (*V, bool) {
			value, ok := e.decode(from)
			return &value, ok
		},
		appendJSON: func(dst []byte, value *V) []byte {
			if value == nil {
				return append(dst, "null"...)
			}
			return e.appendJSON(dst, *value)
		},

		appendStored: e.appendStored,

		show:       func(value *V) any { return unlessNil(value, e.show) },
		read:       e.reader(),
		sent:       func(raw any, held *V) bool { return held != nil && e.sent != nil && e.sent(raw, *held) },
		size:       func(value *V) int { return measureUnlessNil(e.size, value) },
		bytes:      func(value *V) int { return measureUnlessNil(e.bytes, value) },
		strictness: func(value *V) int { return measureUnlessNil(e.strictness, value) },
		entries:    func(*V) []any { return nil },
		setEntries: func([]any) *V { return nil },
		facts:      e.facts,
	}
}

// list returns the kind of a list; encode returns the list in the form that a store
// keeps, and read reads what callers send.
func list[V any](e element[V], encode func([]V) any, read func(p *Property, raw, held any, where Path) (any, Errors)) *kind[[]V] {
	return &kind[[]V]{
		get: func(list []V) any { return list },
		set: func(value any) []V {
			list, _ := value.([]V)
			return list
		},
		equal: func(a, b []V) bool { return slices.EqualFunc(a, b, e.equal) },
		clone: slices.Clone[[]V],
		empty: func(list []V) bool { return len(list) == 0 },
		encode: func(list []V) any {
			if list == nil {
				return nil
			}
			return encode(list)
		},
		decode:     e.decodeList,
		appendJSON: e.appendList,

		appendStored: e.appendStoredList,

		show: func(list []V) any {
			if list == nil {
				return nil
			}
			return eachOf(list, e.show)
		},
		read: read,
		sent: func(raw any, held []V) bool {
			return raw != nil && e.sent != nil && slices.EqualFunc(List(raw), held, e.sent)
		},
		size: func(list []V) int { return len(list) },
		bytes: func(list []V) int {
			total := 0
			for _, value := range list {
				total += e.bytes(value)
			}
			return total
		},
		strictness: func([]V) int { return 0 },
		entries:    Entries[V],
		setEntries: func(entries []any) []V {
			var list []V
			for _, entry := range entries {
				list = append(list, entry.(V))
			}
			return list
		},
		facts: kindFacts{list: true, unit: "entries"},
	}
}

// decodeList decodes a stored list; false if it is not a list of the type.
func (e element[V]) decodeList(from Stored) ([]V, bool) {
	length, ok := from.Length()
	if !ok {
		return nil, false
	}
	list := make([]V, length)
	for i := range list {
		if list[i], ok = e.decode(from.Entry(i)); !ok {
			return nil, false
		}
	}
	return list, true
}

// appendStored appends a stored value without copying it.
func (e element[V]) appendStored(dst []byte, from Stored) ([]byte, bool) {
	value, ok := e.decode(from)
	if !ok {
		return dst, false
	}
	return e.appendJSON(dst, value), true
}

func (e element[V]) appendStoredList(dst []byte, from Stored) ([]byte, bool) {
	length, ok := from.Length()
	if !ok {
		return dst, false
	}
	dst = append(dst, '[')
	for i := range length {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, ok = e.appendStored(dst, from.Entry(i)); !ok {
			return dst, false
		}
	}
	return append(dst, ']'), true
}

func (e element[V]) appendList(dst []byte, list []V) []byte {
	dst = append(dst, '[')
	for i, value := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.appendJSON(dst, value)
	}
	return append(dst, ']')
}

// reader returns the kind's read of a single value, which applies the property's rule
// last.
func (e element[V]) reader() func(*Property, any, any, Path) (any, Errors) {
	if e.read == nil {
		return notWritten
	}
	return func(p *Property, raw, _ any, where Path) (any, Errors) {
		value, err := e.read(p, raw)
		if err == nil && p.Rule != nil {
			value, err = p.Rule(value)
		}
		if err != nil {
			return nil, Errors{where.At(err)}
		}
		return value, nil
	}
}

func measure[V any](of func(V) int, value V) int {
	if of == nil {
		return 0
	}
	return of(value)
}

func measureUnlessNil[V any](of func(V) int, value *V) int {
	if value == nil {
		return 0
	}
	return measure(of, *value)
}

func unlessNil[V any](value *V, of func(V) any) any {
	if value == nil {
		return nil
	}
	return of(*value)
}

// eachOf applies a function to each entry of a list.
func eachOf[V any](list []V, of func(V) any) []any {
	all := make([]any, len(list))
	for i, value := range list {
		all[i] = of(value)
	}
	return all
}

// Deref returns the value of a pointer; an untyped nil for nil.
func Deref[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
