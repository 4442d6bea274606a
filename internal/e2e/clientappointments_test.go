package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"clientgraph/internal/apitest"
)

// appointmentPart is a part of a client's appointments: their ids, and whether others
// follow.
type appointmentPart struct {
	ids    []string
	cursor any
	more   bool
}

func readAppointments(t *testing.T, api *apitest.API, id, arguments string) appointmentPart {
	t.Helper()
	connection := read(t, api, owner(), id, `appointments(`+arguments+`) { edges { cursor } nodes { appointmentId } pageInfo { endCursor hasNextPage } }`)["appointments"].(values)
	info := connection["pageInfo"].(values)
	part := appointmentPart{ids: []string{}, cursor: info["endCursor"], more: info["hasNextPage"].(bool)}
	for _, node := range connection["nodes"].([]any) {
		part.ids = append(part.ids, node.(values)["appointmentId"].(string))
	}
	if edges := connection["edges"].([]any); len(edges) != len(part.ids) || (len(edges) > 0 && edges[len(edges)-1].(values)["cursor"] != part.cursor) {
		t.Errorf("edges are %v, the last cursor is %v", edges, part.cursor)
	}
	return part
}

// A client's appointments are read by start and id, a part at a time, and each of
// status, from and to leaves some out.
func TestAppointmentsOfAClientAreReadByTheirStart(t *testing.T) {
	t.Parallel()
	api := reference(t)
	id := create(t, api, owner(), person(nil))
	record(t, api,
		visit("905", id, 1, values{"start": "2031-05-03T09:00:00Z", "status": "CANCELLED", "locationId": nil, "staffId": nil, "reasonId": nil}),
		visit("903", id, 1, values{"start": "2031-05-02T09:00:00Z"}),
		visit("904", id, 1, values{"start": "2031-05-01T09:00:00Z", "status": "COMPLETED"}),
		visit("902", id, 1, values{"start": "2031-05-02T09:00:00Z", "status": "NO_SHOW"}),
		visit("901", id, 1, values{"start": "1965-05-01T09:00:00Z"}))
	for arguments, want := range map[string]string{
		``:                             "901 904 902 903 905",
		`first: 100`:                   "901 904 902 903 905",
		`status: OPEN`:                 "901 903",
		`status: []`:                   "901 904 902 903 905",
		`status: [NO_SHOW, CANCELLED]`: "902 905",
		`from: "2031-05-02T09:00:00Z"`: "902 903 905",
		`to: "2031-05-02T09:00:00Z"`:   "901 904",
		`from: "2031-05-01T09:00:00Z", to: "2031-05-03T09:00:00Z", status: [OPEN, COMPLETED]`: "904 903",
		`from: "2031-05-03T09:00:00Z", to: "2031-05-01T09:00:00Z"`:                            "",
	} {
		args := arguments
		if args == "" {
			args = "first: 50"
		}
		if got := readAppointments(t, api, id, args); strings.Join(got.ids, " ") != want || got.more {
			t.Errorf("%s: %v, more %v, want %s", arguments, got.ids, got.more, want)
		}
	}
	var all []string
	for cursor := ""; ; {
		part := readAppointments(t, api, id, "first: 1"+cursor)
		all = append(all, part.ids...)
		if !part.more {
			break
		}
		cursor = fmt.Sprintf(", after: %q", part.cursor)
	}
	if want := []string{"901", "904", "902", "903", "905"}; !slices.Equal(all, want) {
		t.Errorf("one at a time: %v, want %v", all, want)
	}
	want := plain(values{"nodes": entries(values{"appointmentId": "905", "locationId": nil, "staffId": nil, "reasonId": nil, "start": "2031-05-03T09:00:00.000Z", "status": "CANCELLED", "modifiedDate": "2030-01-01T12:00:00.000Z"})})
	got := read(t, api, owner(), id, `appointments(status: CANCELLED) { nodes { appointmentId locationId staffId reasonId start status modifiedDate } }`)["appointments"]
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The appointments of a merged client are the survivor's, and return with it. Whoever
// sees a client sees all of its appointments, and nobody else any.
func TestAppointmentsAreReadByWhoSeesTheClient(t *testing.T) {
	t.Parallel()
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	record(t, api, visit("901", a, 1, values{"staffId": "77"}), visit("902", b, 1, values{"staffId": "501"}))
	const fields = "appointments { nodes { appointmentId } }"
	of := func(ids ...string) values {
		nodes := []any{}
		for _, id := range ids {
			nodes = append(nodes, values{"appointmentId": id})
		}
		return values{"appointments": values{"nodes": nodes}}
	}
	check := func(when, id string, want values) {
		t.Helper()
		if diff := gocmp.Diff(want, read(t, api, staff(), id, fields)); diff != "" {
			t.Errorf("%s, staff reads of %s (-want +got):\n%s", when, id, diff)
		}
	}
	check("at first", a, nil)
	check("at first", b, of("902"))
	id := merge(t, api, a, b)
	check("merged", a, of("901", "902"))
	unmerge(t, api, id)
	check("unmerged", a, nil)
	check("unmerged", b, of("902"))
}

func TestBadArgumentsOfAppointmentsAreRefused(t *testing.T) {
	t.Parallel()
	api := reference(t)
	a, b := create(t, api, owner(), person(nil)), create(t, api, owner(), person(nil))
	record(t, api, visit("901", a, 1, nil), visit("902", b, 1, nil))
	foreign := readAppointments(t, api, b, "first: 1").cursor
	for arguments, code := range map[string]string{
		"first: 0":                        "OUT_OF_RANGE",
		"first: 101":                      "OUT_OF_RANGE",
		`after: "x"`:                      "INVALID_CURSOR",
		fmt.Sprintf("after: %q", foreign): "INVALID_CURSOR",
	} {
		response := api.Do(t, owner(), `{ client(clientId: "`+a+`") { appointments(`+arguments+`) { nodes { appointmentId } } } }`, nil)
		if len(response.Errors) != 1 || response.Errors[0].Code() != code {
			t.Errorf("%s: %s", arguments, response.Body)
		}
	}
}

// All clients of a level have their appointments read in one command, once for each
// of the ways that they are asked for.
func TestAppointmentsOfALevelCostOneCommand(t *testing.T) {
	t.Parallel()
	api := reference(t)
	for arguments, want := range map[string]int{
		"a: appointments { nodes { appointmentId } }":                                                                               1,
		"a: appointments { nodes { appointmentId } } b: appointments(first: 50) { nodes { status } }":                               1,
		"a: appointments(status: OPEN) { nodes { appointmentId } } b: appointments { nodes { appointmentId } }":                     2,
		"a: appointments(status: [OPEN, NO_SHOW]) { nodes { start } } b: appointments(status: [NO_SHOW, OPEN]) { nodes { start } }": 1,
	} {
		alone := len(api.Commands(func() { api.MustDo(t, owner(), `{ clients { clientId } }`, nil) }))
		if sent := api.Commands(func() { api.MustDo(t, owner(), `{ clients { clientId `+arguments+` } }`, nil) }); len(sent) != alone+want {
			t.Errorf("%s: sent %q, want %d more than %d", arguments, sent, want, alone)
		}
	}
}
