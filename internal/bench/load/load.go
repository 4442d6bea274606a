// Package load sends requests to a server on this machine, each connection its next one
// after the last answer, and measures the answers and the server's process.
package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Plan says what to send.
type Plan struct {
	// Address is the server's host and port.
	Address string
	// Connections is the number of open connections. Each sends its Requests in turn,
	// repeatedly; connection i begins with the i-th, so that not all send the same.
	Connections int
	Requests    func(connection int) [][]byte
	// Time is how long new requests are sent.
	Time time.Duration
	// Raw says that answers are not JSON: any answer with status 200 is good.
	Raw bool
	// PID is the process whose CPU time is measured; 0 for none.
	PID int
}

// Result has the results of a run.
type Result struct {
	// Answers is the number of good answers, Refused that of all others.
	Answers, Refused int
	Elapsed          time.Duration
	// CPU is the CPU time of the process.
	CPU time.Duration
	// Bytes is the length of all bodies.
	Bytes int64
	// latencies are those of the answers, ascending.
	latencies []time.Duration
}

// PerRequest returns the CPU time for each answer.
func (r Result) PerRequest() time.Duration {
	if r.Answers == 0 {
		return 0
	}
	return r.CPU / time.Duration(r.Answers)
}

// Throughput returns the answers per second.
func (r Result) Throughput() float64 { return float64(r.Answers) / r.Elapsed.Seconds() }

// Quantile returns the time within which that share of the answers came.
func (r Result) Quantile(part float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	return r.latencies[min(int(part*float64(len(r.latencies))), len(r.latencies)-1)]
}

// drainTime is how long answers are waited for after the plan's time.
const drainTime = 30 * time.Second

// Run executes a plan. An answer without status 200 and data counts as refused; a failed
// connection is an error.
func Run(ctx context.Context, plan Plan) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, plan.Time+drainTime)
	defer cancel()
	connections, err := open(ctx, plan)
	defer func() {
		for _, c := range connections {
			_ = c.net.Close()
		}
	}()
	if err != nil {
		return Result{}, err
	}
	before, err := CPUTime(plan.PID)
	if err != nil {
		return Result{}, err
	}
	began := time.Now()
	var running sync.WaitGroup
	for _, c := range connections {
		running.Go(func() { c.run(began.Add(plan.Time)) })
	}
	running.Wait()
	result := Result{Elapsed: time.Since(began)}
	after, err := CPUTime(plan.PID)
	result.CPU = after - before
	for _, c := range connections {
		err = errors.Join(err, c.err)
		result.Answers += len(c.latencies)
		result.Refused += c.refused
		result.Bytes += c.bytes
		result.latencies = append(result.latencies, c.latencies...)
	}
	slices.Sort(result.latencies)
	return result, err
}

func open(ctx context.Context, plan Plan) ([]*connection, error) {
	connections := make([]*connection, 0, plan.Connections)
	for i := range plan.Connections {
		c := &connection{ctx: ctx, address: plan.Address, raw: plan.Raw, requests: plan.Requests(i), next: i}
		if err := c.connect(); err != nil {
			return connections, err
		}
		connections = append(connections, c)
	}
	return connections, nil
}

func (c *connection) connect() error {
	opened, err := (&net.Dialer{}).DialContext(c.ctx, "tcp", c.address)
	if err != nil {
		return fmt.Errorf("connect to the server: %w", err)
	}
	c.net, c.reader = opened, bufio.NewReaderSize(opened, readSize)
	if deadline, ok := c.ctx.Deadline(); ok {
		return opened.SetDeadline(deadline)
	}
	return nil
}

const readSize = 64 << 10

type connection struct {
	ctx       context.Context //nolint:containedctx // It ends with the load.
	address   string
	net       net.Conn
	reader    *bufio.Reader
	raw       bool
	requests  [][]byte
	next      int
	latencies []time.Duration
	refused   int
	bytes     int64
	err       error
}

func (c *connection) run(until time.Time) {
	for {
		began := time.Now()
		if began.After(until) {
			return
		}
		good, size, head, err := c.ask()
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
			// The server closed the connection, as it does with those whose callers it has
			// not admitted for some time.
			_ = c.net.Close()
			good, err = false, c.connect()
		}
		if err != nil {
			c.err = err
			return
		}
		c.bytes += size
		if good {
			c.latencies = append(c.latencies, time.Since(began))
			continue
		}
		c.refused++
		time.Sleep(min(head.retryAfter, time.Until(until)))
	}
}

// ask sends the next request and reads its answer.
func (c *connection) ask() (good bool, size int64, head head, err error) {
	request := c.requests[c.next%len(c.requests)]
	c.next++
	if _, err := c.net.Write(request); err != nil {
		return false, 0, head, fmt.Errorf("send a request: %w", err)
	}
	if good, size, head, err = skipAnswer(c.reader, c.raw); err != nil {
		err = fmt.Errorf("read an answer: %w", err)
	}
	return good, size, head, err
}

// skipAnswer reads an answer, and returns whether it is good, the length of its body, and
// its head.
func skipAnswer(r *bufio.Reader, raw bool) (good bool, size int64, head head, err error) {
	head, err = readHead(r)
	if err != nil {
		return false, 0, head, err
	}
	good = head.status == http.StatusOK
	if !head.chunked {
		start, err := r.Peek(min(len(withData), int(head.length)))
		if err != nil {
			return false, 0, head, err
		}
		good = good && (raw || string(start) == withData)
		_, err = r.Discard(int(head.length))
		return good, head.length, head, err
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return false, 0, head, err
		}
		length, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil {
			return false, 0, head, err
		}
		if size == 0 {
			start, err := r.Peek(min(len(withData), int(length)))
			if err != nil {
				return false, 0, head, err
			}
			good = good && (raw || string(start) == withData)
		}
		size += length
		const lineEnd = 2
		if _, err := r.Discard(int(length) + lineEnd); err != nil {
			return false, 0, head, err
		}
		if length == 0 {
			return good, size, head, nil
		}
	}
}

// withData is the beginning of an answer with data and without errors.
const withData = `{"data":`

// head has the needed parts of an answer's head.
type head struct {
	status  int
	length  int64
	chunked bool
	// retryAfter is how long a refused caller must wait.
	retryAfter time.Duration
}

var errNoLength = errors.New("the answer does not say how long it is")

func readHead(r *bufio.Reader) (head, error) {
	h := head{length: -1}
	line, err := r.ReadSlice('\n')
	if err != nil {
		return h, err
	}
	if len(line) < len("HTTP/1.1 200") {
		return h, io.ErrUnexpectedEOF
	}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, err
	}
	for {
		line, err = r.ReadSlice('\n')
		if err != nil {
			return h, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte{':'})
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if h.length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return h, err
			}
		case bytes.EqualFold(name, []byte("Retry-After")):
			seconds, err := strconv.Atoi(string(value))
			if err != nil {
				return h, err
			}
			h.retryAfter = time.Duration(seconds) * time.Second
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			h.chunked = bytes.EqualFold(value, []byte("chunked"))
		}
	}
	if !h.chunked && h.length < 0 {
		return h, errNoLength
	}
	return h, nil
}
