package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/sample"
)

// A write sends no command more than it needs. Numbering its rows of the feed comes
// after it, beside the caller.
func TestCommandsOfAWrite(t *testing.T) {
	t.Parallel()
	api := apitest.New(t)
	data := crowd(4)
	for _, c := range data.Clients {
		c.SubjectIDs = nil
	}
	api.Load(t, data)
	owner := apitest.Owner(sample.BusinessID)
	input := map[string]any{"firstName": "Ada", "lastName": "L", "emailAddress": "ada@example.com"}
	// The first write opens the feed and takes ids.
	api.MustDo(t, owner, createMutation, map[string]any{"input": input})
	const commit = "commitTransaction "
	for _, c := range []struct {
		what, mutation string
		variables      map[string]any
		want           []string
	}{
		{
			"a patch", patchMutation,
			map[string]any{"id": "1000", "patch": map[string]any{"city": "Oslo"}},
			[]string{"find clients", "find businesses", "find feeds", "bulkWrite clients+clientHistory+outbox", commit},
		},
		{
			"a create", createMutation,
			map[string]any{"input": input},
			[]string{"find businesses", "find feeds", "bulkWrite upsertKeys+clients+clientHistory+outbox", commit},
		},
		{
			"a patch that changes nothing", patchMutation,
			map[string]any{"id": "1000", "patch": map[string]any{"city": "Oslo"}},
			[]string{"find clients", "find businesses", commit},
		},
		{
			"a patch of nobody", patchMutation,
			map[string]any{"id": "999999", "patch": map[string]any{"city": "Oslo"}},
			[]string{"find clients", "abortTransaction "},
		},
		{
			"a deletion", deleteMutation,
			map[string]any{"id": "1003"},
			[]string{"find clients", "find businesses", "find feeds", "bulkWrite clients+clientHistory+outbox", commit},
		},
		{
			"a merge of two", mergeMutation,
			map[string]any{"id": "1000", "ids": []string{"1001"}},
			[]string{
				"find businesses", "find fieldDefinitions", "find clients", "aggregate clients", "aggregate clients", "aggregate clientForms",
				"find feeds", "bulkWrite clients+clientHistory+mergeJournal+outbox", commit,
			},
		},
	} {
		sent := api.Traffic(func() { api.MustDo(t, owner, c.mutation, c.variables) })
		if !slices.Equal(sent, c.want) {
			t.Errorf("%s sent\n%s\nwant\n%s", c.what, strings.Join(sent, "\n"), strings.Join(c.want, "\n"))
		}
	}
}
