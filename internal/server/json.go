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

// readJSON reads one JSON text of at most that many values, as encoding/json
// would into an any, numbers to the last digit. Unlike encoding/json it refuses
// an object that has a name twice, which two readers could take for two things,
// and text that is no UTF-8 or has half a surrogate pair.
func readJSON(data []byte, most int) (any, error) {
	// The reader finds names that are there twice by itself: the decoder would keep each
	// object's names beside the map that they are put in.
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

// readObject is readJSON for a text that is an object.
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

// jsonReader makes values of what a decoder reads. left is how many more there
// may be.
type jsonReader struct {
	decoder *jsontext.Decoder
	left    int
}

// value reads the next value. The deepest there may be bounds the recursion.
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

// closed reads the token that ends an object or a list, when it is next.
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
		// The token is good until the next one is read.
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
