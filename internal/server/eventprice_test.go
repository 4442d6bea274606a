package server_test

import (
	"fmt"
	"strings"
	"testing"

	"clientgraph/internal/apitest"
	"clientgraph/internal/server"
)

// costOf is what the server says that a subscription to a list costs.
func (s *site) costOf(t *testing.T, arguments string) int64 {
	t.Helper()
	p := s.connect(t, apitest.Owner(business+1))
	p.say(fmt.Sprintf(`{"type":"subscribe","id":"1","payload":{"query":%q,"extensions":{"cost":true}}}`, fmt.Sprintf(listening, arguments)))
	message, _ := p.next()
	_, text, _ := strings.Cut(message, `"cost":{"cost":`)
	var cost int64
	if _, err := fmt.Sscan(strings.FieldsFunc(text+" ", func(r rune) bool { return r < '0' || r > '9' })[0], &cost); err != nil {
		t.Fatalf("%v: %s", err, message)
	}
	return cost
}

// One who is told of one client after another has points for them, where the whole list
// each time would be too much.
func TestEventOfAListCostsOneEntryAndTheWholeListAll(t *testing.T) {
	const arguments = "(first: 200)"
	whole := newSite(t, nil).costOf(t, arguments)
	one := newSite(t, nil).costOf(t, "(first: 1)")
	if whole < 20*one {
		t.Fatalf("a list of 200 costs %d points, and one of 1 %d", whole, one)
	}
	// The subscription and its RESYNC leave no more than one list's price.
	s := newSite(t, func(o *server.Options) { o.Limits.Points = 3 * whole })
	writer := apitest.Owner(business)
	writer.User = "writer"
	id := s.create(t, s.token(t, writer), "Anna")
	l := s.listen(t, "socket", apitest.Owner(business), arguments)
	l.wants("RESYNC", "Anna")
	for i := range 5 {
		// Each writer has points of its own.
		writer.User = fmt.Sprint("writer ", i)
		s.patch(t, s.token(t, writer), id, fmt.Sprintf("firstName: \"Anna%d\"", i))
		l.wants("CHANGED", fmt.Sprintf("Anna%d", i))
	}
	again := newSite(t, func(o *server.Options) { o.Limits.Points = whole })
	p := again.connect(t, apitest.Owner(business))
	p.say(subscribe("1", fmt.Sprintf(listening, arguments)))
	if message, _ := p.next(); !strings.Contains(message, `"code":"RATE_LIMITED"`) {
		t.Errorf("points for one list pay for its price and its RESYNC: %s", message)
	}
}
