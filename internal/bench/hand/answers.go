package hand

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"
)

var errNoHandler = errors.New("no query has that name")

// Page sizes of the queries.
const (
	clientsPage    = 50
	reportPage     = 500
	levelsPage     = 10
	connectionPage = 50
)

// client answers a client with twelve fields.
func (h *Handler) client(ctx context.Context, w *work, businessID int64, argument string) error {
	id, err := strconv.ParseInt(argument, 10, 64)
	if err != nil {
		return err
	}
	l := &w.levels[0]
	l.ids = append(l.ids[:0], id)
	found, err := h.byIDs(ctx, w, businessID, l.ids, h.whole)
	if err != nil || w.copies {
		return err
	}
	document := scan(found)
	if !document.next() {
		w.answer = append(w.answer, `{"data":{"client":null}}`...)
		return nil
	}
	var r row
	r.read(document.value)
	w.answer = append(w.answer, `{"data":{"client":{`...)
	w.answer = append(appendClient(w.answer, &r), `}}}`...)
	return nil
}

// clients answers a page of clients with twelve fields each, and their subjects with six.
func (h *Handler) clients(ctx context.Context, w *work, businessID int64, argument string) error {
	found, err := h.list(ctx, w, businessID, list{projection: h.listed, skip: page(argument) * clientsPage, limit: clientsPage})
	if err != nil {
		return err
	}
	l := &w.levels[0]
	viewed, err := h.next(ctx, w, businessID, l, found, h.edge)
	if err != nil || w.copies {
		return err
	}
	l.write(viewed, func(to []byte, r *row) []byte {
		to = appendBrief(append(to, '{'), r)
		to = append(to, `,"active":`...)
		return append(appendBool(to, r.live), '}')
	})
	w.answer = append(w.answer, `{"data":{"clients":[`...)
	w.answer = appendRows(w.answer, found, func(to []byte, r *row) []byte {
		to = appendClient(append(to, '{'), r)
		to = append(to, `,"viewClients":`...)
		return append(l.appendSubjects(to, r), '}')
	})
	w.answer = append(w.answer, `]}}`...)
	return nil
}

// report answers a page of a report and its count.
func (h *Handler) report(ctx context.Context, w *work, businessID int64, argument string) error {
	asked := list{projection: h.brief, skip: page(argument) * reportPage, limit: reportPage, status: "ACTIVE"}
	found, err := h.list(ctx, w, businessID, asked)
	if err != nil {
		return err
	}
	count, err := h.count(ctx, w, businessID, asked)
	if err != nil || w.copies {
		return err
	}
	w.answer = append(w.answer, `{"data":{"clientReportWithCount":{"count":`...)
	w.answer = strconv.AppendInt(w.answer, count, 10)
	w.answer = append(w.answer, `,"clients":[`...)
	w.answer = appendRows(w.answer, found, func(to []byte, r *row) []byte {
		to = appendBrief(append(to, '{'), r)
		return append(appendCreated(to, r), '}')
	})
	w.answer = append(w.answer, `]}}}`...)
	return nil
}

// levels answers a page of clients with three levels of subjects.
func (h *Handler) levels(ctx context.Context, w *work, businessID int64, argument string) error {
	var found [maxLevels + 1][]byte
	var err error
	found[0], err = h.list(ctx, w, businessID, list{projection: h.level, skip: page(argument) * levelsPage, limit: levelsPage})
	if err != nil {
		return err
	}
	for i := range maxLevels {
		of := h.level
		if i == maxLevels-1 {
			of = h.last
		}
		if found[i+1], err = h.next(ctx, w, businessID, &w.levels[i], found[i], of); err != nil {
			return err
		}
	}
	if w.copies {
		return nil
	}
	w.levels[maxLevels-1].write(found[maxLevels], func(to []byte, r *row) []byte {
		to = appendNamed(append(to, '{'), r)
		to = append(to, `,"emailAddress":`...)
		return append(appendTextOrNull(to, r.email), '}')
	})
	for i := maxLevels - 2; i >= 0; i-- {
		w.levels[i].write(found[i+1], w.levels[i+1].appendNamed)
	}
	w.answer = append(w.answer, `{"data":{"clients":[`...)
	w.answer = appendRows(w.answer, found[0], w.levels[0].appendNamed)
	w.answer = append(w.answer, `]}}`...)
	return nil
}

// connection answers a part of the list of clients by its cursors.
func (h *Handler) connection(ctx context.Context, w *work, businessID int64, argument string) error {
	found, err := h.list(ctx, w, businessID, list{projection: h.brief, limit: connectionPage + 1, after: after(argument)})
	if err != nil || w.copies {
		return err
	}
	w.answer = append(w.answer, `{"data":{"clientConnection":{"edges":[`...)
	count, more := 0, false
	var r row
	var cursor []byte
	for document := scan(found); document.next(); count++ {
		if more = count == connectionPage; more {
			break
		}
		if count > 0 {
			w.answer = append(w.answer, ',')
		}
		r.read(document.value)
		w.answer = append(w.answer, `{"cursor":"`...)
		start := len(w.answer)
		w.answer = base64.RawURLEncoding.AppendEncode(w.answer, r.nameKey)
		cursor = w.answer[start:]
		w.answer = append(w.answer, `","node":{"id":"`...)
		w.answer = appendGlobalID(w.answer, r.id)
		w.answer = append(w.answer, `",`...)
		w.answer = append(appendBrief(w.answer, &r), `}}`...)
	}
	w.answer = append(w.answer, `],"pageInfo":{"hasNextPage":`...)
	w.answer = appendBool(w.answer, more)
	w.answer = append(w.answer, `,"endCursor":`...)
	w.answer = appendTextOrNull(w.answer, cursor)
	w.answer = append(w.answer, `}}}}`...)
	return nil
}

// appendRows appends each document of found by one function.
func appendRows(to, found []byte, one func([]byte, *row) []byte) []byte {
	var r row
	first := true
	for document := scan(found); document.next(); {
		if !first {
			to = append(to, ',')
		}
		first = false
		r.read(document.value)
		to = one(to, &r)
	}
	return to
}

// appendNamed appends the fields of a client of a level, and its subjects.
func (l *level) appendNamed(to []byte, r *row) []byte {
	to = appendNamed(append(to, '{'), r)
	to = append(to, `,"viewClients":`...)
	return append(l.appendSubjects(to, r), '}')
}

func appendNamed(to []byte, r *row) []byte {
	to = append(to, `"clientId":`...)
	to = appendID(to, r.id)
	to = append(to, `,"fullName":`...)
	return r.appendFullName(to)
}

func appendBrief(to []byte, r *row) []byte {
	to = appendNamed(to, r)
	to = append(to, `,"emailAddress":`...)
	to = appendTextOrNull(to, r.email)
	to = append(to, `,"cellPhone":`...)
	to = appendTextOrNull(to, r.cellPhone)
	to = append(to, `,"status":`...)
	return appendText(to, r.status)
}

func appendCreated(to []byte, r *row) []byte {
	to = append(to, `,"createdDate":`...)
	if !r.hasCreated {
		return append(to, "null"...)
	}
	return appendInstant(to, r.created)
}

func appendClient(to []byte, r *row) []byte {
	to = appendBrief(to, r)
	to = append(to, `,"firstName":`...)
	to = appendTextOrNull(to, r.firstName)
	to = append(to, `,"lastName":`...)
	to = appendTextOrNull(to, r.lastName)
	to = append(to, `,"city":`...)
	to = appendTextOrNull(to, r.city)
	to = append(to, `,"active":`...)
	to = appendBool(to, r.live)
	to = append(to, `,"tags":`...)
	to = appendTexts(to, r.tags)
	to = appendCreated(to, r)
	to = append(to, `,"version":`...)
	return strconv.AppendInt(to, r.version, 10)
}

// appendGlobalID appends the global id of a client.
func appendGlobalID(to []byte, id int64) []byte {
	var text [32]byte
	return base64.RawURLEncoding.AppendEncode(to, strconv.AppendInt(append(text[:0], "Client:"...), id, 10))
}
