package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"clientgraph/internal/server"
)

func TestPagesOfConfiguredOriginsAloneMayCallTheAPI(t *testing.T) {
	const app, other = "https://app.example.com", "https://evil.example"
	open, closed := newSite(t, func(o *server.Options) { o.CORSOrigins = []string{app} }), newSite(t, nil)
	all := newSite(t, func(o *server.Options) { o.CORSOrigins = []string{"*"} })
	for _, c := range []struct {
		site    *site
		origin  string
		allowed bool
	}{
		{open, app, true},
		{open, other, false},
		{open, "https://app.example.com.evil.example", false},
		{open, "http://app.example.com", false},
		{open, "https://app.example.com:444", false},
		{open, "null", false},
		{closed, app, false},
		{all, other, true},
	} {
		want := ""
		if c.allowed {
			want = c.origin
		}
		asked := c.site.send(t, http.MethodOptions, "/graphql", "", "Origin", c.origin,
			"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
		told := c.site.do(t, c.site.owner(t), "{ clientCount }", "Origin", c.origin)
		for what, a := range map[string]answer{"pre-flight": asked, "request": told} {
			if got := a.header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s: %s allows %q, want %q", c.origin, what, got, want)
			}
			if a.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s: %s allows cookies", c.origin, what)
			}
			if c.site != closed && !strings.Contains(strings.Join(a.header.Values("Vary"), ","), "Origin") {
				t.Errorf("%s: %s does not vary by origin: %v", c.origin, what, a.header.Values("Vary"))
			}
		}
		if c.allowed && (asked.status != http.StatusNoContent || asked.header.Get("Access-Control-Allow-Methods") != "GET, HEAD, POST, PUT" ||
			!strings.Contains(asked.header.Get("Access-Control-Allow-Headers"), "Authorization, Content-Range, Content-Type") || asked.header.Get("Access-Control-Max-Age") == "") {
			t.Errorf("%s: the pre-flight is answered %d with %v", c.origin, asked.status, asked.header)
		}
		if !c.allowed && (asked.status != http.StatusForbidden || !strings.Contains(asked.body, "--cors-origin")) {
			t.Errorf("%s: the pre-flight is answered %d %s", c.origin, asked.status, asked.body)
		}
		if !c.allowed && asked.header.Get("Access-Control-Allow-Headers") != "" {
			t.Errorf("%s: the pre-flight allows headers", c.origin)
		}
		if exposed := strings.Contains(told.header.Get("Access-Control-Expose-Headers"), "X-Request-Id"); exposed != c.allowed {
			t.Errorf("%s: the request id is readable: %v", c.origin, exposed)
		}
	}
	refused := open.do(t, "nonsense", "{ clientCount }", "Origin", app)
	if refused.status != http.StatusUnauthorized || refused.header.Get("Access-Control-Allow-Origin") != app {
		t.Errorf("a page can't read why it was refused: %d %v", refused.status, refused.header)
	}
	if a := open.send(t, http.MethodGet, "/healthz", "", "Origin", app); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("other paths are open to pages too")
	}
}

// In development pages of this machine may call, whatever their port.
func TestLoopbackPagesMayCallInDevelopment(t *testing.T) {
	open, closed := newSite(t, func(o *server.Options) { o.LoopbackOrigins = true }), newSite(t, nil)
	for _, origin := range []string{"http://localhost:3000", "http://localhost", "https://localhost:8443", "http://127.0.0.1:5173", "http://[::1]:4321", "http://127.0.0.2:80"} {
		for s, want := range map[*site]string{open: origin, closed: ""} {
			asked := s.send(t, http.MethodOptions, "/graphql", "", "Origin", origin, "Access-Control-Request-Method", "POST")
			if got := asked.header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s is allowed %q, want %q", origin, got, want)
			}
		}
	}
	for _, origin := range []string{
		"null", "http://localhost.example.com", "http://example.com", "http://localhost@example.com", "http://localhost:3000/", "file://localhost",
		"http://127.0.0.1.example.com", "http://10.0.0.1", "http://0.0.0.0:80", "chrome-extension://localhost", "http://LOCALHOST:3000",
	} {
		asked := open.send(t, http.MethodOptions, "/graphql", "", "Origin", origin, "Access-Control-Request-Method", "POST")
		if got := asked.header.Get("Access-Control-Allow-Origin"); got != "" || asked.status != http.StatusForbidden {
			t.Errorf("%s is answered %d and allowed %q", origin, asked.status, got)
		}
	}
}

// A page that is refused learns nothing of why from its browser, so the log says
// it, at most once in a while for an origin, and for all of them.
func TestLogNamesCORSWhenItRefusesAPage(t *testing.T) {
	s := newSite(t, nil)
	const message = "CORS: a page of this origin may not call the API; allow it with --cors-origin"
	const page = "https://app.example.com"
	for range 3 {
		s.send(t, http.MethodOptions, "/graphql", "", "Origin", page, "Access-Control-Request-Method", "POST")
		s.do(t, s.owner(t), "{ clientCount }", "Origin", page)
	}
	s.do(t, s.owner(t), "{ clientCount }", "Origin", s.url)
	s.do(t, s.owner(t), "{ clientCount }")
	lines := s.logged(t, message)
	if len(lines) != 1 || lines[0]["origin"] != page {
		t.Errorf("the log says %v", lines)
	}
	for i := range 100 {
		s.send(t, http.MethodOptions, "/graphql", "", "Origin", fmt.Sprintf("https://%d.example.com/%s", i, strings.Repeat("x", 1000)), "Access-Control-Request-Method", "POST")
	}
	lines = s.logged(t, message)
	if len(lines) != 20 {
		t.Errorf("101 origins make %d lines", len(lines))
	}
	for _, line := range lines {
		if origin := line["origin"].(string); len(origin) > 200 {
			t.Errorf("the log repeats %d bytes", len(origin))
		}
	}
}

// A socket that is given several tokens would be whose the server happens to
// read first.
func TestSocketWithTokensThatDifferIsRefused(t *testing.T) {
	world := play(t, nil)
	one, other := world.token(t, time.Hour), world.token(t, 2*time.Hour)
	for payload, accepted := range map[string]bool{
		`{"Authorization":"Bearer ONE","authorization":"Bearer OTHER"}`:             false,
		`{"authorization":"Bearer ONE","headers":{"Authorization":"Bearer OTHER"}}`: false,
		`{"headers":{"authorization":"Bearer ONE","AUTHORIZATION":"Bearer OTHER"}}`: false,
		`{"authorization":"Bearer ONE","headers":{"Authorization":"Bearer ONE"}}`:   true,
		`{"AUTHORIZATION":"Bearer ONE"}`:                                            true,
		`{"headers":{"authorization":"Bearer ONE"}}`:                                true,
	} {
		p := dial(t, world.url, subprotocol, server.SocketProtocol)
		p.say(`{"type":"connection_init","payload":` + strings.NewReplacer("ONE", one, "OTHER", other).Replace(payload) + `}`)
		if accepted {
			p.want(`{"type":"connection_ack"}`)
			continue
		}
		if message, code := p.next(); code != 4403 {
			t.Errorf("%s is answered %q, %d", payload, message, code)
		}
	}
}

// TestSchemaIsServedAsOneFile to anybody, where it is asked for.
func TestSchemaIsServedAsOneFile(t *testing.T) {
	s := newSite(t, func(o *server.Options) { o.SchemaFile = true })
	a := s.send(t, http.MethodGet, "/schema.graphql", "")
	if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") ||
		!strings.Contains(a.body, "\ntype Query {") || strings.Contains(a.body, "extend type") {
		t.Errorf("answered %d %v: %.200s", a.status, a.header, a.body)
	}
	if again := s.send(t, http.MethodGet, "/schema.graphql", "", "If-None-Match", a.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("what is known already is answered %d", again.status)
	}
	if closed := newSite(t, nil).send(t, http.MethodGet, "/schema.graphql", ""); closed.status != http.StatusNotFound {
		t.Errorf("where it is not asked for it is answered %d", closed.status)
	}
}
