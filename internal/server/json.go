package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"clientgraph/internal/limit"
)

const (
	// maxJSONDepth bounds the nesting of objects and lists in requests; inputs have a
	// handful of levels.
	maxJSONDepth = 32
	// maxJSONValues bounds the number of values in a body: each takes some fifty times
	// its bytes in memory. A batch of a hundred clients with all properties has seven
	// thousand values, and a list of ten thousand entries must still get the error of its
	// own bound.
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
		// The count stops at the first value over the limit.
		details: map[string]any{"values": maxJSONValues + 1, "limit": maxJSONValues},
	}
}

// readJSON decodes one JSON text with at most that many values, as encoding/json does
// into an any, and keeps all digits of numbers. Unlike encoding/json it refuses an object
// with a duplicate name, which different readers could understand differently, and
// invalid UTF-8 or half a surrogate pair.
func readJSON(data []byte, most int) (any, error) {
	// Duplicate names are found in value: the decoder would keep each object's names a
	// second time.
	reader := jsonReader{decoder: jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true)), left: most}
	value, err := reader.value()
	if err != nil {
		return nil, err
	}
	if _, err := reader.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errNotAsDescribed
	}
	return value, nil
}

// readObject is readJSON for a text that must be an object.
func readObject(data []byte) (map[string]any, error) {
	value, err := readJSON(data, maxJSONValues)
	if err != nil {
		return nil, err
	}
	object, isObject := value.(map[string]any)
	if !isObject {
		return nil, errNotAsDescribed
	}
	return object, nil
}

// jsonReader builds values from a decoder's tokens. left is how many more are allowed.
type jsonReader struct {
	decoder *jsontext.Decoder
	left    int
}

// value reads the next value. The maximum depth bounds the recursion.
func (r *jsonReader) value() (any, error) {
	if r.left--; r.left < 0 {
		return nil, errTooManyValues
	}
	switch r.decoder.PeekKind() {
	case '{':
		return r.object()
	case '[':
		return r.list()
	case '0':
		number, err := r.decoder.ReadValue()
		return json.Number(number), err
	}
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '"':
		return token.String(), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil //nolint:nilnil // null.
}

// open reads the token that begins an object or a list.
func (r *jsonReader) open() error {
	if _, err := r.decoder.ReadToken(); err != nil {
		return err
	}
	if r.decoder.StackDepth() > maxJSONDepth {
		return errNotAsDescribed
	}
	return nil
}

// closed reads the token that ends an object or a list, if that is next.
func (r *jsonReader) closed(end jsontext.Kind) bool {
	if r.decoder.PeekKind() != end {
		return false
	}
	_, err := r.decoder.ReadToken()
	return err == nil
}

func (r *jsonReader) object() (any, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	object := map[string]any{}
	for !r.closed('}') {
		name, err := r.decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		// The token is valid until the next one is read.
		key := name.String()
		if _, twice := object[key]; twice {
			return nil, errNotAsDescribed
		}
		if object[key], err = r.value(); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func (r *jsonReader) list() (any, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	list := []any{}
	for !r.closed(']') {
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}
