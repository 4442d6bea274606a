//go:build hostile && linux

package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// hostile is a request that nobody means well with.
type hostile struct {
	name string
	// code is what it is refused with: that of the error, HTTP and a status, or
	// CLOSE and the code that a socket is closed with. What is only an odd thing to
	// look for is no mistake, and finds nobody.
	code string
	// times is how many of it are sent at once; 0 is one.
	times int
	send  sender
}

// sender sends a request and returns the code that it is refused with; empty for
// one that is not refused.
type sender func(ctx context.Context, to *victim) (code string, err error)

// nobody is the code of an answer that found nobody.
const nobody = "NOBODY"

// victim is the server that hostile requests go to.
type victim struct {
	base, token string
	client      *http.Client
}

func (v *victim) address() string { return strings.TrimPrefix(v.base, "http://") }

// post is a body as a POST; headers are names and values in turn, of which an
// empty one takes the header away.
func post(name, code, body string, headers ...string) hostile {
	return hostile{name: name, code: code, send: request(http.MethodPost, "/graphql", func() io.Reader { return strings.NewReader(body) }, headers...)}
}

// document is a document as a POST.
func document(name, code, query string) hostile { return variables(name, code, query, "{}") }

// variables is a document with variables, which are JSON as it is sent.
func variables(name, code, query, values string) hostile {
	return post(name, code, `{"query":`+quoted(query)+`,"variables":`+values+`}`)
}

// get is a GET with that query string.
func get(name, code, parameters string) hostile {
	return hostile{name: name, code: code, send: request(http.MethodGet, "/graphql?"+parameters, func() io.Reader { return http.NoBody })}
}

func quoted(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err) // A string always has a JSON form.
	}
	return string(data)
}

func request(method, path string, body func() io.Reader, headers ...string) sender {
	return func(ctx context.Context, to *victim) (string, error) {
		r, err := http.NewRequestWithContext(ctx, method, to.base+path, body())
		if err != nil {
			return "", err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+to.token)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Del(headers[i])
			if headers[i+1] != "" {
				r.Header.Set(headers[i], headers[i+1])
			}
		}
		answer, err := to.client.Do(r)
		if err != nil {
			return "", err
		}
		return refusal(answer)
	}
}

// refusal is the code of an answer: that of its errors, or of the userErrors of
// what was asked. An answer with data beside errors is none, and one that found
// nobody is as good as one.
func refusal(answer *http.Response) (string, error) {
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	var a struct {
		Data   map[string]json.RawMessage
		Errors []struct{ Extensions struct{ Code string } }
	}
	if json.Unmarshal(text, &a) != nil {
		return fmt.Sprintf("HTTP %d", answer.StatusCode), nil
	}
	for _, field := range a.Data {
		var payload struct{ UserErrors []struct{ Code string } }
		switch {
		case string(field) == "[]":
			return nobody, nil
		case json.Unmarshal(field, &payload) == nil && len(payload.UserErrors) > 0:
			return payload.UserErrors[0].Code, nil
		case string(field) != "null":
			return "", fmt.Errorf("answered with data: %.200s", text)
		}
	}
	if len(a.Errors) == 0 {
		return "", fmt.Errorf("answered %.200s", text)
	}
	return a.Errors[0].Extensions.Code, nil
}

// bytesOf are bytes on a connection of their own, however wrong they are as
// HTTP. TOKEN in them is a good token.
func bytesOf(name, code, text string) hostile {
	return hostile{name: name, code: code, send: func(ctx context.Context, to *victim) (string, error) {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", to.address())
		if err != nil {
			return "", err
		}
		defer connection.Close()
		go func() {
			// The server may well stop to listen, which the answer tells.
			_, _ = io.WriteString(connection, strings.ReplaceAll(text, "TOKEN", to.token))
		}()
		return answered(connection)
	}}
}

// answered is what comes back on a connection: "gone" where it is only closed.
func answered(connection net.Conn) (string, error) {
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return "gone", nil //nolint:nilerr // What ended it is not told apart.
	}
	return refusal(answer)
}

// socket opens a socket, says connection_init where init is set, then sends each
// message, and is refused by an error message or by a close.
func socket(name, code string, init bool, messages ...func(context.Context, *websocket.Conn) error) hostile {
	return hostile{name: name, code: code, send: func(ctx context.Context, to *victim) (string, error) {
		connection, _, err := websocket.Dial(ctx, to.base+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: to.client})
		if err != nil {
			return "", err
		}
		defer connection.CloseNow()
		connection.SetReadLimit(1 << 20)
		go func() {
			// What ends it in between is told by the close.
			ok := !init || says(`{"type":"connection_init","payload":{"Authorization":"Bearer `+to.token+`"}}`)(ctx, connection) == nil
			for i := 0; ok && i < len(messages); i++ {
				ok = messages[i](ctx, connection) == nil
			}
		}()
		return closing(ctx, connection)
	}}
}

// says sends a text message.
func says(text string) func(context.Context, *websocket.Conn) error {
	return func(ctx context.Context, connection *websocket.Conn) error {
		return connection.Write(ctx, websocket.MessageText, []byte(text))
	}
}

// subscribes begins an operation.
func subscribes(query string) func(context.Context, *websocket.Conn) error {
	return says(`{"id":"1","type":"subscribe","payload":{"query":` + quoted(query) + `}}`)
}

// closing reads what a socket answers up to an error or its close.
func closing(ctx context.Context, connection *websocket.Conn) (string, error) {
	for {
		_, data, err := connection.Read(ctx)
		if closed, ok := errors.AsType[websocket.CloseError](err); ok {
			return fmt.Sprintf("CLOSE %d", closed.Code), nil
		}
		if err != nil {
			return "", err
		}
		var message struct {
			Type    string
			Payload json.RawMessage
		}
		if err := json.Unmarshal(data, &message); err != nil {
			return "", err
		}
		switch message.Type {
		case "next":
			return "", fmt.Errorf("answered %.200s", data)
		case "error":
			var errs []struct{ Extensions struct{ Code string } }
			if err := json.Unmarshal(message.Payload, &errs); err != nil || len(errs) == 0 {
				return "", fmt.Errorf("answered %.200s", data)
			}
			return errs[0].Extensions.Code, nil
		}
	}
}

// newVictim is how that server is reached.
func newVictim(base, token string) *victim {
	return &victim{base: base, token: token, client: &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: 512},
	}}
}
