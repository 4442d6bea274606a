package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf16"

	"clientgraph/internal/limit"
)

const (
	// maxJSONDepth bounds objects and lists within each other in what callers send:
	// inputs are a handful deep.
	maxJSONDepth = 32
	// maxJSONValues bounds the values of a body: each takes some fifty times as much
	// memory as it has bytes. A batch of a hundred clients with all of their
	// properties has seven thousand, and a list of ten thousand entries is told its own
	// bound.
	maxJSONValues = 12_000
)

var (
	errNotAsDescribed = errors.New("not as the protocol describes it")
	errTooManyValues  = errors.New("more values than a body may have")
)

func tooManyValues() *refusal {
	return &refusal{
		status:  http.StatusBadRequest,
		code:    string(limit.CodeTooManyValues),
		message: "variables and extensions have at most " + strconv.Itoa(maxJSONValues) + " values in all; send less at once",
		// They are not counted to the end.
		details: map[string]any{"values": maxJSONValues + 1, "limit": maxJSONValues},
	}
}

// checkJSON reads a JSON text once, before anything is made of it, for what a
// decoder lets pass or pays dearly for: an object that has a name twice, which
// two readers could take for two things, half a surrogate pair, which is no
// character, and what is too deep, or more values than most. Whether it is JSON otherwise is
// the decoder's to tell.
func checkJSON(data []byte, most int) error {
	scan := scanner{data: data, most: most}
	for scan.at < len(data) {
		if err := scan.next(); err != nil {
			return err
		}
	}
	return nil
}

type scanner struct {
	data []byte
	at   int
	// open are the objects and lists that the scanner stands in, and names those of
	// all of these objects, one after the other.
	open   []container
	names  [][]byte
	isName bool
	// values counts values, of which there may be most.
	values, most int
}

// container is an object or a list that is open.
type container struct {
	isObject bool
	// names is where its names begin, and known has them once they are many.
	names int
	known map[string]struct{}
}

// few is how many names are looked for one by one.
const few = 16

// next reads on by a token, or by a byte that means nothing here.
func (s *scanner) next() error {
	switch c := s.data[s.at]; c {
	case '{', '[':
		s.open = append(s.open, container{isObject: c == '{', names: len(s.names)})
		s.isName = c == '{'
		s.at++
		if len(s.open) > maxJSONDepth {
			return errNotAsDescribed
		}
		return s.value()
	case '}', ']':
		last := len(s.open) - 1
		if last < 0 {
			return errNotAsDescribed
		}
		s.names, s.open, s.isName = s.names[:s.open[last].names], s.open[:last], false
		s.at++
	case ',':
		s.isName = len(s.open) > 0 && s.open[len(s.open)-1].isObject
		s.at++
	case '"':
		return s.text()
	case ' ', '\t', '\r', '\n', ':':
		s.at++
	default:
		length := bytes.IndexAny(s.data[s.at:], ",]}:\" \t\r\n")
		if length < 0 {
			length = len(s.data) - s.at
		}
		s.at += max(length, 1)
		return s.value()
	}
	return nil
}

// value counts a value.
func (s *scanner) value() error {
	if s.values++; s.values > s.most {
		return errTooManyValues
	}
	return nil
}

// text reads a string, which is a value or a name.
func (s *scanner) text() error {
	begin, escaped := s.at, false
	s.at++
	for {
		length := bytes.IndexAny(s.data[s.at:], `"\`)
		if length < 0 {
			return errNotAsDescribed
		}
		s.at += length
		if s.data[s.at] == '"' {
			break
		}
		escaped = true
		if !s.escape() {
			return errNotAsDescribed
		}
	}
	s.at++
	if !s.isName {
		return s.value()
	}
	s.isName = false
	name := s.data[begin+1 : s.at-1]
	if escaped {
		var text string
		if json.Unmarshal(s.data[begin:s.at], &text) != nil {
			return errNotAsDescribed
		}
		name = []byte(text)
	}
	return s.name(name)
}

// escape reads what begins with a backslash; false for half a surrogate pair,
// and for what the text ends in.
func (s *scanner) escape() bool {
	rest := s.data[s.at:]
	unit, isUnit := codeUnit(rest)
	switch {
	case !isUnit:
		s.at += 2
		return len(rest) > 2
	case !utf16.IsSurrogate(unit):
		s.at += 6
		return true
	}
	low, _ := codeUnit(rest[6:])
	s.at += 12
	return utf16.DecodeRune(unit, low) != '\ufffd'
}

// codeUnit is the code unit that an escape of four hexadecimal digits names.
func codeUnit(data []byte) (rune, bool) {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	return rune(unit), err == nil
}

// name is a name of the innermost object: one that it has already is an error.
func (s *scanner) name(name []byte) error {
	inner := &s.open[len(s.open)-1]
	names := s.names[inner.names:]
	if inner.known == nil && len(names) >= few {
		inner.known = make(map[string]struct{}, 2*few)
		for _, one := range names {
			inner.known[string(one)] = struct{}{}
		}
	}
	if inner.known != nil {
		if _, twice := inner.known[string(name)]; twice {
			return errNotAsDescribed
		}
		inner.known[string(name)] = struct{}{}
		return nil
	}
	for _, one := range names {
		if bytes.Equal(one, name) {
			return errNotAsDescribed
		}
	}
	s.names = append(s.names, name)
	return nil
}

// decodeJSON reads one JSON value that has been checked, numbers to the last
// digit.
func decodeJSON(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if len(bytes.TrimSpace(data[decoder.InputOffset():])) > 0 {
		return errNotAsDescribed
	}
	return nil
}

// readObject reads a JSON object that has been checked, by its exact names:
// encoding/json would take names in any case for fields of a struct.
func readObject(data []byte) (map[string]json.RawMessage, error) {
	if !isObject(data) {
		return nil, errNotAsDescribed
	}
	var fields map[string]json.RawMessage
	err := json.Unmarshal(data, &fields)
	return fields, err
}

func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte{'{'})
}

// isNull says whether a field is not there, or null.
func isNull(value json.RawMessage) bool { return value == nil || string(value) == "null" }

// readText reads a field that is a string.
func readText(value json.RawMessage, into *string) bool {
	return strings.HasPrefix(string(value), `"`) && json.Unmarshal(value, into) == nil
}
