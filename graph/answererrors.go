package graph

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"clientgraph/internal/client"
	"clientgraph/internal/limit"
)

// AnswerErrors are the errors of one answer: the first limit.MaxErrors in the order of
// the document, whatever their number and order of arrival. It is safe for concurrent
// use.
type AnswerErrors struct {
	mu   sync.Mutex
	kept []placedError
	// count is the number of all errors.
	count int
	// failed are the places of non-null fields with an error that gqlgen did not get, so
	// that gqlgen reports them as null.
	failed map[string]struct{}
}

// placedError is an error with the place of its field.
type placedError struct {
	place string
	err   *gqlerror.Error
}

type answerErrorsKey struct{}

// Take returns the errors of the completed answer, with one that says how many were left
// out, and begins with the next answer.
func (a *AnswerErrors) Take() gqlerror.List {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs gqlerror.List
	for _, kept := range a.kept {
		errs = append(errs, kept.err)
	}
	if more := a.count - len(a.kept); more > 0 {
		errs = append(errs, limit.LeftOut(more))
	}
	a.kept, a.count, a.failed = nil, 0, nil
	return errs
}

// BoundErrors returns a presenter that presents and keeps only errors that may be among
// the first limit.MaxErrors of their answer, so that gqlgen gets no more. Outside an
// Operation it presents all.
func BoundErrors(present graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		all, bounded := ctx.Value(answerErrorsKey{}).(*AnswerErrors)
		if !bounded {
			return present(ctx, err)
		}
		place := placeOf(ctx)
		keeps, tells := all.counted(ctx, place, err)
		if !keeps {
			return nil
		}
		presented := present(ctx, err)
		all.keep(place, presented)
		if !tells {
			return nil
		}
		return presented
	}
}

// counted counts an error. kept says whether the error is kept, passed whether gqlgen
// gets it.
func (a *AnswerErrors) counted(ctx context.Context, place string, err error) (kept, passed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, failed := a.failed[place]; failed && client.AsErrors(err) == nil {
		return false, false
	}
	a.count++
	if a.count <= limit.MaxErrors {
		return true, true
	}
	if mayNotBeNull(graphql.GetFieldContext(ctx)) {
		if a.failed == nil {
			a.failed = map[string]struct{}{}
		}
		a.failed[place] = struct{}{}
	}
	return len(a.kept) < limit.MaxErrors || place < a.kept[len(a.kept)-1].place, false
}

func (a *AnswerErrors) keep(place string, err *gqlerror.Error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, _ := slices.BinarySearchFunc(a.kept, place, func(kept placedError, place string) int {
		// Errors of one field stay in their order.
		return cmp.Or(strings.Compare(kept.place, place), -1)
	})
	if at == limit.MaxErrors {
		return
	}
	if len(a.kept) == limit.MaxErrors {
		a.kept = a.kept[:limit.MaxErrors-1]
	}
	a.kept = slices.Insert(a.kept, at, placedError{place, err})
}

// placeOf returns the place of the resolved field in the answer, from the place of each
// field in the document and the index of each list entry. Places sort in the order of the
// document and its lists.
func placeOf(ctx context.Context) string {
	const maxLevels = 32
	levels := make([]uint32, 0, maxLevels)
	for field := graphql.GetFieldContext(ctx); field != nil; field = field.Parent {
		switch {
		case field.Index != nil:
			levels = append(levels, uint32(*field.Index)) //nolint:gosec // It is the index of an entry.
		case field.Field.Field != nil && field.Field.Position != nil:
			levels = append(levels, uint32(field.Field.Position.Start)) //nolint:gosec // A document has 64 KiB.
		}
	}
	slices.Reverse(levels)
	place := make([]byte, 0, 4*len(levels))
	for _, level := range levels {
		place = binary.BigEndian.AppendUint32(place, level)
	}
	return string(place)
}

// mayNotBeNull says whether gqlgen reports an error if the field, or an entry of its
// list, is null.
func mayNotBeNull(field *graphql.FieldContext) bool {
	for field != nil && field.Field.Field == nil {
		field = field.Parent
	}
	if field == nil || field.Field.Definition == nil {
		return false
	}
	on := field.Field.Definition.Type
	return on.NonNull || (on.Elem != nil && on.Elem.NonNull)
}
