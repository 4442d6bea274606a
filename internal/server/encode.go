package server

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
)

// encodeResponse appends a response as it is written, in the order that the
// specification asks for. Where nothing was executed there is no data, not null. The
// data are JSON already: they are copied, and not read again.
func encodeResponse(dst []byte, response *graphql.Response) ([]byte, error) {
	dst = append(dst, '{')
	if len(response.Errors) > 0 || response.Data == nil {
		errors, err := json.Marshal(response.Errors)
		if err != nil {
			return nil, fmt.Errorf("write errors: %w", err)
		}
		dst = append(append(dst, `"errors":`...), errors...)
	}
	if response.Data != nil {
		if len(response.Errors) > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(dst, `"data":`...), response.Data...)
	}
	if len(response.Extensions) > 0 {
		extensions, err := json.Marshal(response.Extensions)
		if err != nil {
			return nil, fmt.Errorf("write extensions: %w", err)
		}
		dst = append(append(dst, `,"extensions":`...), extensions...)
	}
	return append(dst, '}'), nil
}

// responseSize is about how many bytes a response takes when it is written.
func responseSize(response *graphql.Response) int {
	const envelope, anError = 64, 256
	return len(response.Data) + envelope + anError*len(response.Errors)
}

// encodeEvent is the event by which an event stream tells of a response. A line break
// would end it: one that a scalar wrote between two values is left out.
func encodeEvent(response *graphql.Response) ([]byte, error) {
	const begin, end = "event: next\ndata: ", "\n\n"
	if bytes.ContainsAny(response.Data, "\r\n") {
		var compact bytes.Buffer
		if err := json.Compact(&compact, response.Data); err != nil {
			return nil, fmt.Errorf("write an event: %w", err)
		}
		one := *response
		one.Data = compact.Bytes()
		response = &one
	}
	event := append(make([]byte, 0, len(begin)+responseSize(response)+len(end)), begin...)
	event, err := encodeResponse(event, response)
	return append(event, end...), err
}

// encodeNext is the message by which a socket tells of a response.
func encodeNext(id string, response *graphql.Response) ([]byte, error) {
	quoted, err := json.Marshal(id)
	if err != nil {
		return nil, fmt.Errorf("write an operation's id: %w", err)
	}
	dst := make([]byte, 0, responseSize(response)+len(quoted))
	dst = append(append(append(dst, `{"id":`...), quoted...), `,"type":"`+messageNext+`","payload":`...)
	if dst, err = encodeResponse(dst, response); err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}
