package server_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Opcodes of frames.
const (
	frameContinuation = 0x0
	frameText         = 0x1
	frameBinary       = 0x2
	frameClose        = 0x8
	framePing         = 0x9
	framePong         = 0xA
)

// cutOff is the code of a connection that ended without a close frame.
const cutOff = 1006

// patience bounds how long a test waits for what must come.
const patience = time.Minute

// peer is a client of sockets that does what no library would do: every byte is
// the test's.
type peer struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
	// silent keeps pings of the server's from being answered.
	silent bool
}

// dial connects with those headers besides what a handshake needs.
func dial(t *testing.T, url string, headers ...string) *peer {
	t.Helper()
	p, response := handshake(t, url, headers...)
	if response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("the handshake is answered with %s", response.Status)
	}
	return p
}

func handshake(t *testing.T, url string, headers ...string) (*peer, *http.Response) {
	t.Helper()
	host := strings.TrimPrefix(url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	request := "GET /graphql HTTP/1.1\r\nHost: " + host + "\r\n"
	all := append([]string{
		"Connection", "keep-alive, Upgrade", "Upgrade", "websocket",
		"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==",
	}, headers...)
	for i := 0; i < len(all); i += 2 {
		request += all[i] + ": " + all[i+1] + "\r\n"
	}
	if _, err := io.WriteString(conn, request+"\r\n"); err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, conn: conn, reader: bufio.NewReader(conn)}
	response, err := http.ReadResponse(p.reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p, response
}

// write sends bytes as they are. A server that has closed takes none.
func (p *peer) write(data []byte) bool {
	_, err := p.conn.Write(data)
	return err == nil
}

// frame sends a frame, its first byte as given: 0x80 is the end of a message.
func (p *peer) frame(first byte, payload []byte) bool {
	mask := [4]byte{1, 2, 3, 4}
	data := header(first, 0x80, len(payload))
	data = append(data, mask[:]...)
	for i, b := range payload {
		data = append(data, b^mask[i%4])
	}
	return p.write(data)
}

func header(first, masked byte, length int) []byte {
	switch {
	case length < 126:
		return []byte{first, masked | byte(length)}
	case length < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{first, masked | 126}, uint16(length))
	default:
		return binary.BigEndian.AppendUint64([]byte{first, masked | 127}, uint64(length))
	}
}

// say sends a text message.
func (p *peer) say(text string) bool { return p.frame(0x80|frameText, []byte(text)) }

// init says connection_init with a token, and waits for the answer.
func (p *peer) init(token string) {
	p.t.Helper()
	p.say(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`)
	p.want(`{"type":"connection_ack"}`)
}

// next is the next message of the server's; or, when the connection ends, with
// which code.
func (p *peer) next() (message string, code int) {
	p.t.Helper()
	for {
		first, payload, err := p.readFrame()
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
			p.t.Fatal("the server says nothing, and does not close the connection")
		}
		switch {
		case err != nil:
			return "", cutOff
		case first == 0x80|frameText:
			if string(payload) != `{"type":"ping"}` {
				return string(payload), 0
			}
			if !p.silent {
				p.say(`{"type":"pong"}`)
			}
		case first == 0x80|frameClose:
			code := int(binary.BigEndian.Uint16(payload))
			p.frame(0x80|frameClose, payload)
			return string(payload[2:]), code
		case first == 0x80|framePong:
			return "pong frame " + string(payload), 0
		default:
			p.t.Fatalf("the server sent a frame of %#x", first)
		}
	}
}

func (p *peer) readFrame() (first byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(p.reader, head[:]); err != nil {
		return 0, nil, err
	}
	length := int(head[1])
	switch length {
	case 126:
		var more [2]byte
		_, err = io.ReadFull(p.reader, more[:])
		length = int(binary.BigEndian.Uint16(more[:]))
	case 127:
		var more [8]byte
		_, err = io.ReadFull(p.reader, more[:])
		length = int(binary.BigEndian.Uint64(more[:]))
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(p.reader, payload)
	return head[0], payload, err
}

// want reads the next message, which must be this one.
func (p *peer) want(message string) {
	p.t.Helper()
	if got, code := p.next(); code != 0 || got != message {
		p.t.Fatalf("got %q (code %d), want %q", got, code, message)
	}
}

// end reads until the connection ends, and returns its code.
func (p *peer) end() (code int, reason string) {
	p.t.Helper()
	for {
		message, code := p.next()
		if code != 0 {
			return code, message
		}
	}
}
