package search

import (
	"encoding/binary"
	"unicode"

	"golang.org/x/text/collate"
)

// span is a range of primary weights, from first to before end.
type span struct{ first, end uint32 }

// has says whether the weight is in the span.
func (s span) has(weight uint32) bool { return s.first <= weight && weight < s.end }

// sortKeyOrder changes sort keys of the library in ways that it does not support: some
// scripts before all others, and capitals before small letters.
type sortKeyOrder struct {
	// letters is the least primary weight of a letter; spaces, signs and digits have
	// lower ones.
	letters uint32
	// first are the weights of the scripts that come first, in order.
	first []span
	// capitals are the tertiary weights that come before all others, in order.
	capitals string
}

// newSortKeyOrder returns the changes for an ordering.
func newSortKeyOrder(o ordering) sortKeyOrder {
	order := sortKeyOrder{capitals: o.capitals}
	if len(o.scripts) > 0 {
		collator := collate.New(o.table)
		order.letters = primaryOf(collator, 'a')
		for _, script := range o.scripts {
			order.first = append(order.first, spansOf(collator, script, order.letters)...)
		}
	}
	return order
}

// The library gives ideographs in its table lower weights than others, whose weights
// follow their code points.
const (
	unnamedIdeographs = 0x10000
	unassigned        = 0x50000
	namedIdeographs   = 0x160000
	weightsEnd        = 0x200000
)

// spansOf returns the primary weights of the letters of a script. They are one range,
// except those of ideographs.
func spansOf(collator *collate.Collator, script *unicode.RangeTable, least uint32) []span {
	if script == unicode.Han {
		return []span{{namedIdeographs, weightsEnd}, {unnamedIdeographs, unassigned}}
	}
	whole := span{first: weightsEnd}
	for _, letters := range script.R16 {
		for c := rune(letters.Lo); c <= rune(letters.Hi); c += rune(letters.Stride) {
			if c >= '\uac00' || !unicode.In(c, unicode.Lo, unicode.Ll, unicode.Lu, unicode.M) {
				// Hangul syllables and compatibility forms have the weights of other
				// characters.
				continue
			}
			if weight := primaryOf(collator, c); weight >= least && weight < unnamedIdeographs {
				whole.first, whole.end = min(whole.first, weight), max(whole.end, weight+1)
			}
		}
	}
	return []span{whole}
}

// primaryOf returns the first primary weight of a letter.
func primaryOf(collator *collate.Collator, letter rune) uint32 {
	var buffer collate.Buffer
	weight, _ := nextPrimary(collator.KeyFromString(&buffer, string(letter)))
	return weight
}

// nextPrimary reads the first primary weight of a key, of two bytes or, from 0x8000 on,
// three; the length is 0 if there is none.
func nextPrimary(key []byte) (weight uint32, length int) {
	switch {
	case len(key) < 2 || key[0] == 0:
		return 0, 0
	case key[0] < 0x80:
		return uint32(key[0])<<8 | uint32(key[1]), 2
	}
	return uint32(key[0]&0x7F)<<16 | uint32(key[1])<<8 | uint32(key[2]), 3
}

// appendPrimary appends a weight in the form that nextPrimary reads.
func appendPrimary(key []byte, weight uint32) []byte {
	encoded := binary.BigEndian.AppendUint32(nil, weight)
	if weight < 0x8000 {
		return append(key, encoded[2:]...)
	}
	encoded[1] |= 0x80
	return append(key, encoded[1:]...)
}

// Apply changes a key. A key has its primary weights, two zeros, the secondary weights of
// two bytes, two zeros, and the tertiary weights of one byte.
func (o sortKeyOrder) Apply(key []byte) []byte {
	if len(o.first) == 0 && o.capitals == "" {
		return key
	}
	ordered := make([]byte, 0, len(key)+8)
	for {
		weight, length := nextPrimary(key)
		if length == 0 {
			break
		}
		ordered, key = appendPrimary(ordered, o.primary(weight)), key[length:]
	}
	if o.capitals == "" {
		return append(ordered, key...)
	}
	at := 2
	for at+1 < len(key) && (key[at] != 0 || key[at+1] != 0) {
		at += 2
	}
	at = min(at+2, len(key))
	ordered = append(ordered, key[:at]...)
	for _, weight := range key[at:] {
		ordered = append(ordered, o.tertiary(weight))
	}
	return ordered
}

// primary returns the changed primary weight: those of the scripts that come first move
// to the beginning of the letters, and the others move up.
func (o sortKeyOrder) primary(weight uint32) uint32 {
	if weight < o.letters {
		return weight
	}
	base, room := o.letters, uint32(0)
	for _, script := range o.first {
		if script.has(weight) {
			return base + weight - script.first
		}
		base += script.end - script.first
		if weight < script.first {
			room += script.end - script.first
		}
	}
	return weight + room
}

// tertiary returns the changed tertiary weight.
func (o sortKeyOrder) tertiary(weight byte) byte {
	place := byte(1)
	for _, capital := range []byte(o.capitals) {
		if capital == weight {
			return place
		}
		place++
	}
	return weight + place - 1
}
