package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// askTime bounds one request.
const askTime = 30 * time.Second

// Ask sends a request as Run does, and returns the body of the answer.
func Ask(ctx context.Context, address string, request []byte) ([]byte, error) {
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(askTime)); err != nil {
		return nil, err
	}
	if _, err := connection.Write(request); err != nil {
		return nil, fmt.Errorf("send a request: %w", err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %s: %.500s", answer.Status, body)
	}
	return body, err
}
