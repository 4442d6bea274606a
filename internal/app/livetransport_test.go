//go:build unix

package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// longestOfFeed bounds an event, in bytes.
const longestOfFeed = 1 << 20

// bySocket subscribes over a WebSocket, and has take read each answer.
func bySocket(ctx context.Context, base, token string, operation []byte, take func([]byte) error) error {
	conn, response, err := websocket.Dial(ctx, base+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		return err
	}
	if response.Body != nil {
		defer response.Body.Close()
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(longestOfFeed)
	for _, message := range []string{
		`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`,
		`{"id":"1","type":"subscribe","payload":` + string(operation) + `}`,
	} {
		if err := conn.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
			return err
		}
	}
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		var message struct {
			Type    string
			Payload json.RawMessage
		}
		if err := json.Unmarshal(text, &message); err != nil {
			return err
		}
		switch message.Type {
		case "ping":
			err = conn.Write(ctx, websocket.MessageText, []byte(`{"type":"pong"}`))
		case "next":
			err = take(message.Payload)
		case "error":
			err = take([]byte(`{"errors":` + string(message.Payload) + `}`))
		case "complete":
			err = io.EOF
		}
		if err != nil {
			return err
		}
	}
}

// byEventStream subscribes by server-sent events, and has take read each answer.
func byEventStream(ctx context.Context, base, token string, operation []byte, take func([]byte) error) error {
	response, err := livePost(ctx, base, token, "text/event-stream", operation)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, longestOfFeed)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok || data == "" {
			continue
		}
		if err := take([]byte(data)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func livePost(ctx context.Context, base, token, accept string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	request.Header.Set("Authorization", "Bearer "+token)
	return http.DefaultClient.Do(request)
}

// liveAsk asks an operation, whose data it decodes; an error of any kind is one.
func liveAsk(ctx context.Context, base, token, query string, variables map[string]any, into any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	response, err := livePost(ctx, base, token, "application/json", body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer := struct {
		Data   any
		Errors []struct{ Message string }
	}{Data: into}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		return errors.New(answer.Errors[0].Message)
	}
	return nil
}
