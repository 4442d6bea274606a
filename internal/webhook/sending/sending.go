// Package sending sends messages to webhooks. Receivers chose the addresses, so they are
// not trusted: it connects only to public addresses, follows no redirects, uses no proxy,
// and reads little of a response.
package sending

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"clientgraph/internal/webhook"
)

const (
	// Timeout bounds one attempt: from looking up the name to the end of the response.
	Timeout        = 15 * time.Second
	connectTimeout = 5 * time.Second
	// maxAnswer is how many bytes of a response's body are read. The body is not used,
	// but after a short one the connection can be used for the next message.
	maxAnswer = 4 << 10
	// maxHeaders bounds the headers of a response in bytes.
	maxHeaders = 16 << 10
	// idle is how long a connection is kept for the next message.
	idle = 30 * time.Second
	// idleOfHost and idleOfAll bound the idle connections.
	idleOfHost = 2
	idleOfAll  = 100
)

// Failure says why an attempt failed.
type Failure string

// The failures; the schema describes them.
const (
	Delivered       Failure = ""
	AddressRefused  Failure = "ADDRESS_REFUSED"
	NameNotFound    Failure = "NAME_NOT_FOUND"
	NotConnected    Failure = "NOT_CONNECTED"
	TLSFailed       Failure = "TLS_FAILED"
	TimedOut        Failure = "TIMED_OUT"
	Redirected      Failure = "REDIRECTED"
	StatusRefused   Failure = "STATUS"
	ConnectionEnded Failure = "CONNECTION_ENDED"
)

// Result is the result of an attempt.
type Result struct {
	// Failure is Delivered if the receiver responded with a status of 200 to 299.
	Failure Failure
	// Status is the status of the response; 0 without one.
	Status int
	// Gone says that the receiver wants no more messages: the status 410.
	Gone bool
}

// Options configure a Sender.
type Options struct {
	// Private allows http, and addresses that are not public.
	Private bool
	// Timeout bounds one attempt; 0 means the constant.
	Timeout time.Duration
	// Resolver looks names up; nil means the system's.
	Resolver *net.Resolver
	// Roots are the accepted certificate authorities; nil means the system's.
	Roots *x509.CertPool
	// Allow says which addresses may be connected to; nil means webhook.Public, or any
	// with Private.
	Allow func(netip.Addr) bool
}

// Sender sends messages. It is safe for concurrent use.
type Sender struct {
	client  *http.Client
	private bool
}

// errRefused is the error for an address that is not allowed.
var errRefused = errors.New("the address is not public")

// New returns a Sender.
func New(options Options) *Sender {
	if options.Timeout == 0 {
		options.Timeout = Timeout
	}
	if options.Allow == nil {
		options.Allow = func(address netip.Addr) bool { return options.Private || webhook.Public(address) }
	}
	dialer := &net.Dialer{Timeout: connectTimeout, Resolver: options.Resolver, Control: func(_, address string, _ syscall.RawConn) error {
		// The name was looked up before; this is the address of the connection.
		to, err := netip.ParseAddrPort(address)
		if err != nil || !options.Allow(to.Addr()) {
			return errRefused
		}
		return nil
	}}
	transport := &http.Transport{
		// A proxy would look the name up and connect by itself.
		Proxy:                  nil,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: options.Roots},
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaders,
		MaxIdleConns:           idleOfAll,
		MaxIdleConnsPerHost:    idleOfHost,
		IdleConnTimeout:        idle,
	}
	return &Sender{private: options.Private, client: &http.Client{
		Transport:     transport,
		Timeout:       options.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes the idle connections.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// Message is a message to send.
type Message struct {
	URL, ID string
	Body    []byte
	// Secrets sign it: the receiver has one of them.
	Secrets []string
	At      time.Time
}

// Send makes one attempt. The error is that of a context that ended; other errors are in
// the result, which does not have the URL.
func (s *Sender) Send(ctx context.Context, message Message) (Result, error) {
	// The webhook may have been stored while private addresses were allowed.
	if !webhook.CheckURL(message.URL, s.private) {
		return Result{Failure: AddressRefused}, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, message.URL, bytes.NewReader(message.Body))
	if err != nil {
		return Result{Failure: AddressRefused}, nil
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "clientgraph-webhooks")
	request.Header.Set(webhook.HeaderID, message.ID)
	request.Header.Set(webhook.HeaderTimestamp, webhook.Timestamp(message.At))
	request.Header.Set(webhook.HeaderSignature, webhook.Sign(message.Secrets, message.ID, message.At, message.Body))
	response, err := s.client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return Result{}, fmt.Errorf("send a message: %w", ctx.Err())
		}
		return Result{Failure: failureOf(err)}, nil
	}
	defer response.Body.Close()
	// Only the status matters. An endless response is cut off.
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	result := Result{Status: response.StatusCode, Gone: response.StatusCode == http.StatusGone}
	switch status := response.StatusCode; {
	case status >= 200 && status < 300:
	case status >= 300 && status < 400:
		result.Failure = Redirected
	default:
		result.Failure = StatusRefused
	}
	return result, nil
}

// failureOf returns the kind of an error. The error itself has the URL, which may have a
// secret of the receiver.
func failureOf(err error) Failure {
	if errors.Is(err, errRefused) {
		return AddressRefused
	}
	if failed, ok := errors.AsType[*url.Error](err); ok && failed.Timeout() {
		return TimedOut
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return NameNotFound
	}
	if isTLS(err) {
		return TLSFailed
	}
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
		return NotConnected
	}
	return ConnectionEnded
}

func isTLS(err error) bool {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.AlertError](err)
	return ok
}
