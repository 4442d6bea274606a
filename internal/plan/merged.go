package plan

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"clientgraph/internal/client"
)

// merged is a client that was merged into a client of a level.
type merged struct {
	client.MergedClient
	// survivors are the survivors in the level, and at the place of this one's.
	survivors survivors
	at        int
}

// survivors are the clients of a level that others were merged into, written by each
// selection of them.
type survivors struct {
	below []*level
	// at has the places of survivors, by their places in the level.
	at []int
}

// merged compiles the clients merged into those of a level. The selection of their
// survivor is another selection of the level's client.
func (c *compiler) merged(of *Clients, field graphql.CollectedField) (step, bool) {
	whole := true
	compiled, ok := partOf(c, "MergedClient", field, func(field graphql.CollectedField) func([]byte, merged) ([]byte, error) {
		if field.Name != "survivor" {
			return mergedField(field.Name)
		}
		below, ok := c.clients(field.Selections)
		if !ok {
			whole = false
			return nil
		}
		at := len(of.survivors)
		of.survivors, of.Need = append(of.survivors, below), of.Need.With(below.Need)
		return sure(func(dst []byte, m merged) []byte { return append(dst, m.survivors.below[at].of(m.at)...) })
	})
	return step{kind: stepMerged, merged: compiled}, ok && whole
}

func mergedField(name string) func(dst []byte, m merged) ([]byte, error) {
	switch name {
	case "id":
		return sure(func(dst []byte, m merged) []byte {
			return client.AppendGlobalID(dst, client.TypeMergedClient, m.ClientID)
		})
	case "clientId":
		return sure(func(dst []byte, m merged) []byte { return client.AppendID(dst, m.ClientID) })
	case "clientGlobalId":
		return sure(func(dst []byte, m merged) []byte { return client.AppendGlobalID(dst, client.TypeClient, m.ClientID) })
	case "mergeId":
		return sure(func(dst []byte, m merged) []byte { return client.AppendID(dst, m.MergeID) })
	case "mergedDate":
		return sure(func(dst []byte, m merged) []byte { return client.AppendText(dst, client.FormatInstant(m.MergedDate)) })
	}
	return nil
}

// writeSurvivors writes the clients of a level that others were merged into.
func (c *Clients) writeSurvivors(ctx context.Context, reads Reads, rows []client.Row) (survivors, error) {
	if len(c.survivors) == 0 {
		return survivors{}, nil
	}
	var those []client.Row
	s := survivors{at: make([]int, len(rows))}
	for i, row := range rows {
		record, err := row.Record()
		if err != nil {
			return s, fmt.Errorf("read a row: %w", err)
		}
		if len(record.Merged) > 0 {
			s.at[i] = len(those)
			those = append(those, row)
		}
	}
	for _, below := range c.survivors {
		text, err := below.write(ctx, reads, nil, those)
		if err != nil {
			return s, err
		}
		s.below = append(s.below, text)
	}
	return s, nil
}

// appendMerged appends the clients merged into the i-th client of a level.
func (s *step) appendMerged(dst []byte, c *client.Client, i int, of survivors) ([]byte, error) {
	all := make([]merged, len(c.Merged))
	for n := range all {
		all[n] = merged{MergedClient: c.Merged[n], survivors: of}
		if of.at != nil {
			all[n].at = of.at[i]
		}
	}
	return writeAll(dst, s.merged, all)
}
