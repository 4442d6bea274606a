package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/conns"
	"clientgraph/internal/limit"
	"clientgraph/internal/service/jobs"
	"clientgraph/internal/store"
)

const (
	// transfersAtOnce bounds the job files that are sent or fetched at once, because each
	// has a chunk in memory. A business may have half of them.
	transfersAtOnce = 16
	// turnTries is how often an upload asks for a turn to write a chunk, with turnPause
	// between, before it is cut off. Waiting is better than a new upload.
	turnTries = 50
	turnPause = 200 * time.Millisecond
	// keepTime is how long storing the received part of a broken upload may take.
	keepTime = 10 * time.Second
)

// Headers of uploads: the number of bytes received, and whether the file is complete.
const (
	headerOffset   = "Upload-Offset"
	headerComplete = "Upload-Complete"
)

// contentRange matches a Content-Range in bytes; the total may be unknown.
var contentRange = regexp.MustCompile(`^bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)$`)

// fileRange is the part of a file that a request sends.
type fileRange struct {
	from int64
	// length is the number of bytes sent; -1 if the header does not tell.
	length int64
	// last says that the file ends with these bytes.
	last bool
}

// rangeOf reads the part of a file that a request sends.
func rangeOf(r *http.Request) (fileRange, bool) {
	header := r.Header.Get("Content-Range")
	if header == "" {
		return fileRange{length: r.ContentLength, last: true}, true
	}
	parts := contentRange.FindStringSubmatch(header)
	if parts == nil {
		return fileRange{}, false
	}
	// The expression allows only numbers that fit.
	from, _ := client.ParseNumber(parts[1])
	to, _ := client.ParseNumber(parts[2])
	sent := fileRange{from: from, length: to - from + 1}
	if total, known := client.ParseNumber(parts[3]); known {
		if to >= total {
			return fileRange{}, false
		}
		sent.last = to+1 == total
	}
	return sent, sent.length > 0 && (r.ContentLength < 0 || r.ContentLength == sent.length)
}

// jobFiles serves the files of jobs: uploads, and results.
type jobFiles struct {
	*graphqlHandler

	// transfers bounds the files that are sent and fetched at once.
	transfers *limit.Slots
}

// serveJobs serves the files of jobs.
func (h *graphqlHandler) serveJobs(mux *http.ServeMux, origins *cors) {
	files := jobFiles{h, limit.NewSlots(transfersAtOnce, 0, 0)}
	mux.Handle("/jobs/{id}/file", origins.guard(http.HandlerFunc(files.serveJobFile)))
	mux.Handle("/jobs/{id}/result", origins.guard(http.HandlerFunc(files.serveJobResult)))
}

// serveJobFile receives the file of an import: PUT sends a part of it, HEAD tells how
// much was received.
func (h jobFiles) serveJobFile(w http.ResponseWriter, r *http.Request) {
	who, err := h.admit(r.Context(), r.Header.Get("Authorization"))
	if err != nil {
		h.telemetry.Refused(h.refusalOf(err).code)
		h.shutOut(w, r, err)
		return
	}
	if r.Method != http.MethodPut && r.Method != http.MethodHead {
		h.refuseFile(w, r, &refusal{status: http.StatusMethodNotAllowed, code: codeMethodNotAllowed, allow: "HEAD, PUT", message: "use PUT to send the file, or HEAD to ask how much was received"})
		return
	}
	job, refused := h.uploadOf(r.Context(), who, r.PathValue("id"))
	if refused == nil {
		setOffset(w, job.FileBytes, job.State)
		if r.Method == http.MethodHead {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		refused = h.takeFile(w, r, who, job)
	}
	if refused != nil {
		h.refuseFile(w, r, refused)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func setOffset(w http.ResponseWriter, offset int64, state store.JobState) {
	w.Header().Set(headerOffset, strconv.FormatInt(offset, 10))
	complete := "?1"
	if state == store.JobWaiting {
		complete = "?0"
	}
	w.Header().Set(headerComplete, complete)
}

func (h jobFiles) refuseFile(w http.ResponseWriter, r *http.Request, refused *refusal) {
	h.telemetry.Refused(refused.code)
	if refused.status == http.StatusTooManyRequests || refused.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", turnAfter)
	}
	h.refuse(w, r, refused)
}

// uploadOf returns the job that a caller may upload a file to.
func (h jobFiles) uploadOf(ctx context.Context, who admitted, text string) (*store.Job, *refusal) {
	id, err := client.ParseID(text)
	if err != nil {
		return nil, h.fileRefusal(ctx, &client.Error{Code: client.CodeNotFound, Message: "you see no import with this id"})
	}
	ctx, cancel := context.WithTimeout(ctx, h.limits.QueryTime)
	defer cancel()
	leave, refused := h.fileTurn(ctx, who)
	if refused != nil {
		return nil, refused
	}
	defer leave()
	job, err := h.service.Upload(ctx, who.scope, id)
	if err != nil {
		return nil, h.fileRefusal(ctx, err)
	}
	return job, nil
}

// fileTurn waits for a turn to read or write a chunk.
func (h jobFiles) fileTurn(ctx context.Context, who admitted) (leave func(), refused *refusal) {
	caller := callerOf(who.scope.BusinessID, who.scope.User)
	for tries := 1; ; tries++ {
		leave, turn := h.slots.Enter(ctx, caller.business, caller.principal)
		if turn == limit.TurnTaken {
			return leave, nil
		}
		if tries == turnTries {
			return nil, h.refusalOf(overloaded(turn))
		}
		select {
		case <-ctx.Done():
			return nil, h.refusalOf(overloaded(turn))
		case <-time.After(turnPause):
		}
	}
}

// fileRefusal returns how to refuse a request about a file.
func (h jobFiles) fileRefusal(ctx context.Context, err error) *refusal {
	statuses := map[client.Code]int{
		client.CodeNotFound: http.StatusNotFound, client.CodeForbidden: http.StatusForbidden,
		jobs.CodeNotWaiting: http.StatusConflict, jobs.CodeOffset: http.StatusConflict, jobs.CodeFileTooLarge: http.StatusRequestEntityTooLarge,
	}
	if failures := client.AsErrors(err); len(failures) > 0 {
		if status := statuses[failures[0].Code]; status != 0 {
			return &refusal{status: status, code: string(failures[0].Code), message: failures[0].Message}
		}
	}
	refused := h.refusalOf(err)
	h.logger.ErrorContext(ctx, "a file of a job was not taken in or given out", "errorId", requestID(ctx), "error", err)
	return refused
}

// takeFile receives a part of a file in chunks. Received chunks stay stored, even if the
// rest fails.
func (h jobFiles) takeFile(w http.ResponseWriter, r *http.Request, who admitted, job *store.Job) *refusal {
	sent, good := rangeOf(r)
	switch {
	case !good:
		return badRequest("want a Content-Range such as bytes 0-99/100 that matches the bytes sent, or none for the whole file")
	case r.Header.Get("Content-Encoding") != "":
		return &refusal{status: http.StatusUnsupportedMediaType, code: codeUnsupportedMedia, message: "send the file without a Content-Encoding"}
	case job.State != store.JobWaiting:
		return h.fileRefusal(r.Context(), jobs.NotWaiting())
	case sent.from != job.FileBytes:
		return h.fileRefusal(r.Context(), &client.Error{Code: jobs.CodeOffset, Message: "the file continues at another byte: see the header Upload-Offset"})
	case sent.length > jobs.MaxFile-sent.from:
		return h.fileRefusal(r.Context(), &client.Error{Code: jobs.CodeFileTooLarge, Message: fmt.Sprintf("a file has at most %d bytes: import it in parts", jobs.MaxFile)})
	}
	// A business may use half of the places, shared by all its users.
	business := strconv.FormatInt(who.scope.BusinessID, 10)
	leave, turn := h.transfers.Enter(r.Context(), business, business)
	if turn != limit.TurnTaken {
		return h.refusalOf(overloaded(turn))
	}
	defer leave()
	u := &upload{handler: h, who: who, job: job, control: http.NewResponseController(w), at: sent.from}
	refused := u.take(r.Context(), r.Body, sent)
	state := store.JobWaiting
	if refused == nil && sent.last {
		state = store.JobQueued
	}
	setOffset(w, u.at, state)
	return refused
}

// upload is a part of a file that is being received.
type upload struct {
	handler jobFiles
	who     admitted
	job     *store.Job
	control *http.ResponseController
	// at is the offset of the next chunk in bytes.
	at int64
}

// errCutOff is the error of a body that ended too early.
var errCutOff = errors.New("the body was cut off")

// wholeBody returns errCutOff for a body that was cut off, io.EOF for a complete one.
type wholeBody struct{ io.Reader }

func (b wholeBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCutOff
	}
	return n, err
}

// take reads the part and stores it.
func (u *upload) take(ctx context.Context, body io.Reader, sent fileRange) *refusal {
	if sent.length < 0 {
		body = io.LimitReader(body, jobs.MaxFile-sent.from+1)
	} else {
		body = io.LimitReader(body, sent.length)
	}
	body = wholeBody{body}
	chunk := make([]byte, store.MaxJobChunk)
	for {
		// SetReadDeadline fails only in tests of the handler alone.
		_ = u.control.SetReadDeadline(time.Now().Add(u.handler.limits.BodyTime))
		n, err := io.ReadFull(body, chunk)
		if err == nil {
			if refused := u.keep(ctx, chunk[:n], false); refused != nil {
				return refused
			}
			continue
		}
		whole := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if whole && sent.length >= 0 {
			whole = u.at+int64(n)-sent.from == sent.length
		}
		if whole {
			_ = u.control.SetReadDeadline(time.Time{})
			return u.keep(ctx, chunk[:n], sent.last)
		}
		if refused := u.rescue(ctx, chunk[:n]); refused != nil {
			return refused
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return &refusal{status: http.StatusRequestTimeout, code: codeBodyTooSlow, message: "the file took too long to arrive; continue at Upload-Offset"}
		}
		return badRequest("the file was cut off; continue at Upload-Offset")
	}
}

// rescue stores the received bytes of an upload that was cut off: its caller may be gone,
// and continue later.
func (u *upload) rescue(ctx context.Context, data []byte) *refusal {
	if len(data) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	return u.keep(ctx, data, false)
}

// keep stores a chunk.
func (u *upload) keep(ctx context.Context, data []byte, last bool) *refusal {
	if !time.Now().Before(u.who.expires) {
		return unauthenticated()
	}
	ctx, cancel := context.WithTimeout(ctx, u.handler.limits.MutationTime)
	defer cancel()
	leave, refused := u.handler.fileTurn(ctx, u.who)
	if refused != nil {
		return refused
	}
	defer leave()
	if err := u.handler.service.AddToFile(ctx, u.who.scope, u.job.JobID, u.at, data, last); err != nil {
		return u.handler.fileRefusal(ctx, err)
	}
	u.at += int64(len(data))
	return nil
}

// serveJobResult sends the result of a job to anyone with the link.
func (h jobFiles) serveJobResult(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.refuseFile(w, r, &refusal{status: http.StatusMethodNotAllowed, code: codeMethodNotAllowed, allow: "GET, HEAD", message: "use GET"})
		return
	}
	id, _ := client.ParseNumber(r.PathValue("id"))
	ctx, cancel := context.WithTimeout(r.Context(), h.limits.QueryTime)
	job, err := h.service.LinkedResult(ctx, id, r.URL.Query().Get("token"))
	cancel()
	if err == nil && job == nil {
		err = &client.Error{Code: client.CodeNotFound, Message: "the link has expired: get another one from the job's result, while that is kept"}
	}
	if err != nil {
		h.refuseFile(w, r, h.fileRefusal(r.Context(), err))
		return
	}
	conns.Admit(r.Context())
	business := strconv.FormatInt(job.BusinessID, 10)
	leave, turn := h.transfers.Enter(r.Context(), business, business)
	if turn != limit.TurnTaken {
		h.refuseFile(w, r, h.refusalOf(overloaded(turn)))
		return
	}
	defer leave()
	header := w.Header()
	header.Set("Content-Type", "text/csv; charset=utf-8")
	if job.Format == "jsonl" {
		header.Set("Content-Type", "application/jsonl; charset=utf-8")
	}
	header.Set("Content-Disposition", `attachment; filename="`+jobs.FileName(job)+`"`)
	header.Set("Content-Length", strconv.FormatInt(job.ResultBytes, 10))
	header.Set("Cache-Control", "private, no-store")
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		h.giveResult(r.Context(), w, job)
	}
}

// giveResult writes a result in chunks. If it can't be read completely, the connection is
// closed early, so that the caller notices.
func (h jobFiles) giveResult(ctx context.Context, w http.ResponseWriter, job *store.Job) {
	for at := int64(0); at < job.ResultBytes; {
		reading, cancel := context.WithTimeout(ctx, h.limits.QueryTime)
		chunk, err := h.service.ResultChunk(reading, job.Key(), at)
		cancel()
		if err != nil && ctx.Err() == nil {
			h.logger.ErrorContext(ctx, "a result of a job was not given out whole", "errorId", requestID(ctx), "error", err)
		}
		if err != nil || len(chunk) == 0 {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(chunk); err != nil { //nolint:gosec // It is a file to keep, and said to be nothing else.
			return
		}
		at += int64(len(chunk))
	}
}
