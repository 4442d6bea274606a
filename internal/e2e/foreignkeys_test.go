package e2e_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/apitest"
	"clientgraph/internal/client"
	"clientgraph/internal/testsize"
)

// cursorText finds cursors in an answer.
var cursorText = regexp.MustCompile(`"(?:cursor|startCursor|endCursor)":"([^"]+)"`)

// foreignCursorsAnswerAsBroken replays cursors of another business, got there
// by a caller of the same role and name from every field that takes one, at every
// place that takes one.
func foreignCursorsAnswerAsBroken(t *testing.T, q *inquiry) {
	places := slices.DeleteFunc(positions(q.schema), func(p position) bool {
		return p.meant(q.schema) != cursorValue || p.parent == "Subscription"
	})
	for role, who := range q.home.callers() {
		var list []asked
		for _, source := range places {
			operation, before, after := reached(t, q.away, source.parent)
			f := &filler{schema: q.schema, tenant: q.away}
			answer := q.api.Do(t, q.away.callers()[role], operation+" { "+before+f.call(source.parent, source.field)+after+" }", nil)
			cursor := cursorText.FindSubmatch(answer.Body)
			if cursor == nil {
				if role == 0 {
					t.Fatalf("%s answers the owner no cursor: %s", source, answer.Body)
				}
				continue
			}
			foreign := string(cursor[1])
			// Within the checksum.
			broken := foreign[:2] + map[bool]string{true: "B", false: "A"}[foreign[2] == 'A'] + foreign[3:]
			for _, p := range places {
				if p.parent == "MergedClient" && who.Role == client.RoleClient {
					// It does not come so far: it sees no survivor.
					continue
				}
				list = append(list, asked{p, pair{"cursor of " + source.String(), quote(foreign), quote(broken)}})
			}
		}
		if answers := q.equal(t, who, list); strings.Count(answers, `"code":"INVALID_CURSOR"`)+strings.Count(answers, `"code":"FORBIDDEN"`) != len(list) {
			t.Errorf("%s: not all of %d foreign cursors are refused:\n%s", who.Role, len(list), answers)
		}
	}
	t.Logf("%d pairs of a foreign and a broken cursor are answered alike", q.count)
}

// foreignKeysAreUnknown: a key that a caller of another business,
// of the same name, used for the same mutation is one that was never used.
func foreignKeysAreUnknown(t *testing.T, q *inquiry) {
	var keyed []position
	for _, p := range positions(q.schema) {
		if p.meant(q.schema) == keyValue {
			keyed = append(keyed, p)
		}
	}
	if mutations := q.schema.Mutation.Fields; len(keyed) != len(mutations) {
		t.Errorf("%d of %d mutations take an idempotencyKey", len(keyed), len(mutations))
	}
	lists := map[client.Role][]asked{}
	for role, who := range q.away.callers() {
		if who.Role == client.RoleAdmin && testsize.Of(0, 1, 1) == 0 {
			continue
		}
		for batch := range slices.Chunk(keyed, maxRoots) {
			text := "mutation {"
			for i, p := range batch {
				key := fmt.Sprintf("%s of %d", p.field.Name, role)
				lists[who.Role] = append(lists[who.Role], asked{p, pair{"key", quote("used " + key), quote("new! " + key)}})
				f := &filler{schema: q.schema, tenant: q.away, at: p.path, value: quote("used " + key)}
				text += fmt.Sprintf(" a%d: %s", i, f.call(p.parent, p.field))
			}
			q.api.Do(t, who, text+" }", nil)
		}
	}
	kept, err := q.api.Mongo.Collection("idempotency").CountDocuments(t.Context(), bson.D{{Key: "businessId", Value: q.away.base}})
	if err != nil || int(kept) < len(keyed)/2 {
		t.Fatalf("the other business used %d keys, too few to show anything: %v", kept, err)
	}
	before := q.holdings(t)
	for _, who := range q.home.callers() {
		q.equal(t, who, lists[who.Role])
	}
	if diff := difference(t, before, q.holdings(t)); diff != "" {
		t.Errorf("the other business changed (-before +after):\n%s", diff)
	}
	t.Logf("%d pairs of a foreign and a new key are answered alike", q.count)
}

// nowText are instants of answering.
var nowText = regexp.MustCompile(`"(exportedDate|countedAt|foundAt)":"[^"]*"`)

// feedCursorText are the feed's cursors, which differ each time.
var feedCursorText = regexp.MustCompile(`("__typename":"Client(?:List)?Change","cursor":|\],"cursor":)"([A-Za-z0-9_-]+)"`)

// withoutFeedCursors has the length of each cursor of the feed in its place.
func withoutFeedCursors(answer string) string {
	return feedCursorText.ReplaceAllStringFunc(answer, func(found string) string {
		parts := feedCursorText.FindStringSubmatch(found)
		return fmt.Sprintf(`%s"%d characters"`, parts[1], len(parts[2]))
	})
}

// businessesAskedAtOnceAnswerAsAlone asks all that a query can, as all callers
// of two businesses who have the same numbers and names, one by one and then all
// at once.
func businessesAskedAtOnceAnswerAsAlone(t *testing.T, q *inquiry) {
	fields := slices.DeleteFunc(slices.Clone(q.schema.Query.Fields), apitest.IsIntrospection)
	ask := func(who client.Identity, tn *tenant) string {
		answers := ""
		for batch := range slices.Chunk(fields, maxRoots) {
			text := "{"
			for _, field := range batch {
				text += " " + (&filler{schema: q.schema, tenant: tn}).call("Query", field)
			}
			q.api.RateClock.Advance(budgetFills)
			response := q.api.Do(t, who, text+" }", nil)
			for response.Status == http.StatusTooManyRequests {
				// All roles are one caller, which may ask so much at once.
				response = q.api.Do(t, who, text+" }", nil)
			}
			answers += inOrderOfErrors(t, response.Body)
		}
		return withoutFeedCursors(nowText.ReplaceAllString(answers, ""))
	}
	type caller struct {
		who   client.Identity
		tn    *tenant
		alone string
	}
	var callers []caller
	for _, tn := range []*tenant{q.home, q.away} {
		other := map[*tenant]string{q.home: q.away.word, q.away: q.home.word}[tn]
		for _, who := range tn.callers() {
			alone := ask(who, tn)
			if callers = append(callers, caller{who, tn, alone}); strings.Contains(strings.ToLower(alone), strings.ToLower(other)) || !strings.Contains(alone, tn.word) {
				t.Errorf("%s of %s is told of %s, or of nothing:\n%s", who.Role, tn.word, other, alone)
			}
		}
	}
	var asking sync.WaitGroup
	for _, c := range callers {
		asking.Go(func() {
			for range testsize.Of(1, 10, 30) {
				if diff := gocmp.Diff(c.alone, ask(c.who, c.tn)); diff != "" {
					t.Errorf("%s of %s (-alone +at once):\n%s", c.who.Role, c.tn.word, diff)
				}
			}
		})
	}
	asking.Wait()
}

// subscriptionsHearNothingOfOthers: subscribed to ids of another business, as
// to ids of nobody, a caller of each role hears of its own client first, though
// the other ones changed before.
func subscriptionsHearNothingOfOthers(t *testing.T, q *inquiry) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all []*hearing
	own := quote(fmt.Sprint(q.home.at(clientOwn)))
	for _, who := range q.home.callers() {
		cursor := q.api.MustDo(t, who, "{ clientChanges { cursor } }", nil)["clientChanges"].(values)["cursor"].(string)
		for _, p := range positions(q.schema) {
			list := p.field.Name == "clientListChanged"
			// The other ids of a filter, and those of jobs, are asked for by queries.
			asked := p.field.Name == "clientChanged" || list && p.name() == "clientIdList"
			if p.parent != "Subscription" || p.meant(q.schema) != idValue || !asked {
				continue
			}
			h := &hearing{about: fmt.Sprintf("%s, %s", who.Role, p), who: who, list: list}
			fillers := []*filler{{schema: q.schema, tenant: q.home}}
			if list {
				fillers[0].at, fillers[0].value = p.path, "["+own+"]"
			}
			for _, tn := range []*tenant{q.away, q.no} {
				var ids []string
				for _, id := range tn.ids() {
					if id.kind != "form" {
						ids = append(ids, id.literal)
					}
				}
				fillers = append(fillers, &filler{schema: q.schema, tenant: q.home, at: p.path, value: "[" + strings.Join(append(ids, own), ", ") + "]"})
			}
			for _, f := range fillers {
				call := f.call(p.parent, p.field)
				if !list {
					call = withCursor(call, cursor)
				}
				h.streams = append(h.streams, stream(ctx, t, q.api, who, "subscription { "+call+" }"))
			}
			if list {
				h.hear(t, q)
			}
			all = append(all, h)
		}
	}
	if len(all) != 2*len(q.home.callers()) {
		t.Fatalf("%d subscriptions are asked for", len(all))
	}
	patch(t, q.api, q.away.owner(), fmt.Sprint(q.away.at(clientOwn)), values{"city": "There"})
	patch(t, q.api, q.home.owner(), fmt.Sprint(q.home.at(clientOwn)), values{"city": "Here"})
	for _, h := range all {
		h.hear(t, q)
	}
}

// hearing are subscriptions of one caller, with the caller's own ids alone, with
// foreign ones beside them, and with missing ones.
type hearing struct {
	about   string
	who     client.Identity
	list    bool
	streams []*bufio.Scanner
}

// hear wants the next event of each subscription to be the same.
func (h *hearing) hear(t *testing.T, q *inquiry) {
	t.Helper()
	var events []string
	for _, s := range h.streams {
		told := event(t, s)
		cursor := feedCursorText.FindStringSubmatch(told)
		if cursor == nil {
			t.Fatalf("an event without a cursor: %s", told)
		}
		if h.list {
			events = append(events, withoutFeedCursors(told))
			continue
		}
		// Wherever its cursor leads, it is the same place for all.
		next := q.api.Do(t, h.who, "{ clientChanges(since: "+quote(cursor[2])+") { __typename changes { __typename cursor clientId } cursor } }", nil)
		if next.Errors != nil {
			t.Errorf("%s: its cursor is refused: %s", h.about, next.Body)
		}
		events = append(events, withoutFeedCursors(told+string(next.Body)))
	}
	if events[0] != events[1] || events[0] != events[2] || !strings.Contains(events[0], fmt.Sprint(q.home.at(clientOwn))) {
		t.Errorf("%s hears, with its own ids, foreign ones, and missing ones:\n%s", h.about, strings.Join(events, "\n"))
	}
}

// withCursor adds a cursor to the arguments of a subscription.
func withCursor(call, cursor string) string {
	name, rest, _ := strings.Cut(call, " {")
	if within, ok := strings.CutSuffix(name, ")"); ok {
		return within + ", after: " + quote(cursor) + ") {" + rest
	}
	return name + "(after: " + quote(cursor) + ") {" + rest
}

// stream is the answer to a subscription, as it comes.
func stream(ctx context.Context, t *testing.T, api *apitest.API, who client.Identity, text string) *bufio.Scanner {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, api.URL+"/graphql?query="+url.QueryEscape(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+api.Token(t, who))
	request.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return bufio.NewScanner(answer.Body)
}

// event is the next result of a stream.
func event(t *testing.T, s *bufio.Scanner) string {
	t.Helper()
	for s.Scan() {
		if data, ok := strings.CutPrefix(s.Text(), "data: "); ok {
			return data
		}
	}
	t.Fatalf("the stream ended: %v", s.Err())
	return ""
}
