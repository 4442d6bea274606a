package server

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// hstsPolicy holds browsers to https for a year. Other names below the host's
// are not ours to decide about.
const hstsPolicy = "max-age=31536000"

// withSecurityHeaders says with every answer what browsers must not do with it:
// guess its type, load or run anything for it, frame it, embed it, tell others
// where it was. What has a page to show, like the playground, says otherwise.
func withSecurityHeaders(hsts bool, next http.Handler) http.Handler {
	// All answers share the values: nobody changes a header's value in its place.
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

// smallAnswer is how many bytes an answer has of which net/http tells the length by itself,
// as it does below a few KB. Each header costs the more, the more there are: the map of
// more than eight is made of several tables.
const smallAnswer = 1 << 10

// answerHeaders are the headers that answers of operations have. They share the values,
// as withSecurityHeaders has it.
type answerHeaders struct {
	json, response, varies, private, kept []string
}

func newAnswerHeaders() *answerHeaders {
	return &answerHeaders{
		json: []string{mediaJSON + "; charset=utf-8"}, response: []string{mediaResponse + "; charset=utf-8"},
		varies: []string{"Accept, Accept-Encoding"}, private: []string{"private, no-store"}, kept: []string{"private, no-cache"},
	}
}

// put puts the headers of an answer, to a GET or not.
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
	// What one caller sees is nobody else's; a query by GET may be kept where it is
	// asked about again.
	header["Cache-Control"] = a.private
	if byGet && made.status == http.StatusOK {
		header["Cache-Control"] = a.kept
		// Nobody keeps any other answer, and so nobody has to know what else it depends on.
		header["Vary"] = append(slices.Clip(header["Vary"]), a.varies...)
	}
}
