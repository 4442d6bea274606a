package server

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// hstsPolicy makes browsers use https for a year. It does not cover subdomains, which
// others may run.
const hstsPolicy = "max-age=31536000"

// withSecurityHeaders sets headers that tell browsers not to guess a type, load or run
// content, frame or embed the page, or send a referrer. Handlers of pages, like the
// playground, set others.
func withSecurityHeaders(hsts bool, next http.Handler) http.Handler {
	// All answers share these slices: a header's value is replaced, never changed in
	// place.
	always := http.Header{
		"X-Content-Type-Options":       {"nosniff"},
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"X-Frame-Options":              {"DENY"},
		"Referrer-Policy":              {"no-referrer"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		maps.Copy(h, always)
		if hsts || r.TLS != nil {
			h.Set("Strict-Transport-Security", hstsPolicy)
		}
		next.ServeHTTP(w, r)
	})
}

// smallAnswer is a size in bytes up to which net/http sets Content-Length itself; it does
// up to a few KB. Fewer headers are cheaper: a map of over eight needs several tables.
const smallAnswer = 1 << 10

// answerHeaders are the headers of answers to operations. Answers share the values, as in
// withSecurityHeaders.
type answerHeaders struct {
	json, response, varies, private, kept []string
}

func newAnswerHeaders() *answerHeaders {
	return &answerHeaders{
		json: []string{mediaJSON + "; charset=utf-8"}, response: []string{mediaResponse + "; charset=utf-8"},
		varies: []string{"Accept, Accept-Encoding"}, private: []string{"private, no-store"}, kept: []string{"private, no-cache"},
	}
}

// put sets the headers of an answer; byGet says that the request was a GET.
func (a *answerHeaders) put(header http.Header, made *answer, byGet bool) {
	header["Content-Type"] = a.json
	if made.media == mediaResponse {
		header["Content-Type"] = a.response
	}
	if len(made.data) > smallAnswer {
		header["Content-Length"] = []string{strconv.Itoa(len(made.data))}
	}
	if made.encoding != encodingIdentity {
		header.Set("Content-Encoding", made.encoding)
	}
	// What one caller sees is private. Its own cache may keep a query by GET if it
	// revalidates.
	header["Cache-Control"] = a.private
	if byGet && made.status == http.StatusOK {
		header["Cache-Control"] = a.kept
		// Other answers are not cached, so they need no Vary.
		header["Vary"] = append(slices.Clip(header["Vary"]), a.varies...)
	}
}
