package server

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/graph"
)

// encodeResponse appends a response as JSON, in the order that the specification
// recommends. If nothing was executed, data is absent, not null. The data are JSON
// already and are copied; parts are parts of them that are stored separately.
func encodeResponse(dst []byte, response *graphql.Response, parts *graph.Parts) ([]byte, error) {
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
		dst = appendData(append(dst, `"data":`...), response.Data, parts)
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

// appendData appends the data of a response, with each of its parts at its place.
func appendData(dst, data []byte, parts *graph.Parts) []byte {
	if parts == nil {
		return append(dst, data...)
	}
	from := 0
	for i := range parts.All {
		part := &parts.All[i]
		dst = part.AppendTo(append(dst, data[from:part.At]...))
		from = part.At
	}
	return append(dst, data[from:]...)
}

// responseSize estimates the size of an encoded response in bytes.
func responseSize(response *graphql.Response, parts *graph.Parts) int {
	const envelope, anError = 64, 256
	size := len(response.Data) + envelope + anError*len(response.Errors)
	if parts != nil {
		for i := range parts.All {
			size += parts.All[i].Size()
		}
	}
	return size
}

// encodeEvent encodes a response as a server-sent event. Line breaks, which would end the
// event, are removed: scalars write them only between values.
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
	event := append(make([]byte, 0, len(begin)+responseSize(response, nil)+len(end)), begin...)
	event, err := encodeResponse(event, response, nil)
	return append(event, end...), err
}

// encodeNext encodes a response as a next message of a socket.
func encodeNext(id string, response *graphql.Response) ([]byte, error) {
	quoted, err := json.Marshal(id)
	if err != nil {
		return nil, fmt.Errorf("write an operation's id: %w", err)
	}
	dst := make([]byte, 0, responseSize(response, nil)+len(quoted))
	dst = append(append(append(dst, `{"id":`...), quoted...), `,"type":"`+messageNext+`","payload":`...)
	if dst, err = encodeResponse(dst, response, nil); err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}
