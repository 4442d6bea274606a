//go:build hostile && linux

package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"
)

const good = `{"query":"{ me { user } }"}`

// hostileHTTP is hard to read as HTTP, or is in a form that is not taken.
func hostileHTTP() []hostile {
	head := func(line, headers string) string {
		return line + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\n" + headers + "\r\n"
	}
	all := []hostile{
		bytesOf("two lengths", "HTTP 400", head("POST /graphql", "Content-Length: 5\r\nContent-Length: 6\r\n")+good),
		bytesOf("a length and chunks", "BAD_REQUEST", head("POST /graphql", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")+"0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"),
		bytesOf("a length below zero", "HTTP 400", head("POST /graphql", "Content-Length: -1\r\n")),
		bytesOf("a length of a tebibyte", "BODY_TOO_LARGE", head("POST /graphql", "Content-Length: 1099511627776\r\n")),
		bytesOf("a length beyond numbers", "HTTP 400", head("POST /graphql", "Content-Length: 99999999999999999999\r\n")),
		bytesOf("chunks without end", "BODY_TOO_LARGE", head("POST /graphql", "Transfer-Encoding: chunked\r\n")+strings.Repeat("10000\r\n"+strings.Repeat(" ", 1<<16)+"\r\n", 40)),
		bytesOf("chunks of a byte with long extensions", "BAD_REQUEST", head("POST /graphql", "Transfer-Encoding: chunked\r\n")+strings.Repeat("1;"+strings.Repeat("x", 3_000)+"\r\n \r\n", 200)),
		bytesOf("a chunk of a length beyond numbers", "BAD_REQUEST", head("POST /graphql", "Transfer-Encoding: chunked\r\n")+"fffffffffffffffff\r\n"),
		bytesOf("another transfer encoding", "HTTP 501", head("POST /graphql", "Transfer-Encoding: gzip\r\n")),
		bytesOf("20,000 headers", "HTTP 431", head("POST /graphql", each(20_000, "X-%d: 1\r\n"))),
		bytesOf("a header of 2 MiB", "HTTP 431", head("POST /graphql", "X: "+strings.Repeat("x", 2*mib)+"\r\n")),
		bytesOf("a header with a NUL", "HTTP 400", head("POST /graphql", "X: \x00\r\n")),
		bytesOf("a header without a name", "HTTP 400", head("POST /graphql", ": x\r\n")),
		bytesOf("a header in two lines", "HTTP 400", "GET /graphql HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n"),
		bytesOf("two hosts", "HTTP 400", "GET /graphql HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
		bytesOf("no host", "HTTP 400", "GET /graphql HTTP/1.1\r\n\r\n"),
		bytesOf("a path of 2 MiB", "HTTP 431", head("GET /"+strings.Repeat("x", 2*mib), "")),
		bytesOf("HTTP of another version", "HTTP 505", "GET /graphql HTTP/9.9\r\nHost: x\r\n\r\n"),
		bytesOf("TLS on a connection without", "HTTP 400", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"+strings.Repeat("\x00", 64)),
		bytesOf("lines of NULs", "HTTP 400", strings.Repeat(strings.Repeat("\x00", 1<<10)+"\r\n", 3)),
		bytesOf("an expectation", "HTTP 417", head("POST /graphql", "Expect: miracles\r\nContent-Length: 1\r\n")+"x"),
		bytesOf("a path above the root", "HTTP 307", "GET /../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
		bytesOf("a preface of HTTP/2", "HTTP 400", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
	}
	for name, code := range map[string]string{
		"text/plain": "UNSUPPORTED_MEDIA_TYPE", "multipart/form-data; boundary=x": "UNSUPPORTED_MEDIA_TYPE", "application/graphql": "UNSUPPORTED_MEDIA_TYPE",
		"application/x-www-form-urlencoded": "UNSUPPORTED_MEDIA_TYPE", "application/json; charset=utf-7": "UNSUPPORTED_MEDIA_TYPE", "application/json; charset=utf-16": "UNSUPPORTED_MEDIA_TYPE", "": "UNSUPPORTED_MEDIA_TYPE",
		"application/json;" + strings.Repeat(" a=b;", 2_000) + " =": "UNSUPPORTED_MEDIA_TYPE",
	} {
		all = append(all, post(fmt.Sprintf("the type %.40q", name), code, good, "Content-Type", name))
	}
	for _, accept := range []string{"text/html", strings.Repeat("text/x,", 4_000), strings.Repeat("a/b;q=0.1;c=d,", 2_000), strings.Repeat(",", 30_000), strings.Repeat("*/*;q=0,", 3_000)} {
		all = append(all, post(fmt.Sprintf("who takes %d bytes, %.16q", len(accept), accept), "NOT_ACCEPTABLE", good, "Accept", accept))
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodTrace, "BREW"} {
		all = append(all, hostile{name: "the method " + method, code: "METHOD_NOT_ALLOWED", send: request(method, "/graphql", func() io.Reader { return http.NoBody })})
	}
	return all
}

// hostileEncodings are small on the way and large where they arrive.
func hostileEncodings() []hostile {
	var gzipped bytes.Buffer
	writer := gzip.NewWriter(&gzipped)
	// A gigabyte at the other end would be the same; making it takes longer.
	_, _ = writer.Write(make([]byte, 64*mib))
	_ = writer.Close()
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err) // It has no options that could be wrong.
	}
	zstandard := encoder.EncodeAll(make([]byte, 64*mib), nil)
	all := []hostile{
		post("a bomb of gzip that does not say so", "BAD_REQUEST", gzipped.String()),
		post("a bomb of gzip as text", "UNSUPPORTED_MEDIA_TYPE", gzipped.String(), "Content-Type", "application/gzip"),
		post("a bomb of zstd", "UNSUPPORTED_MEDIA_TYPE", string(zstandard), "Content-Encoding", "zstd"),
	}
	for _, encoding := range []string{"gzip", "gzip, gzip", "deflate", "br", "compress", "x-gzip", "identity, gzip", "none"} {
		all = append(all, post("a bomb of gzip that says "+encoding, "UNSUPPORTED_MEDIA_TYPE", gzipped.String(), "Content-Encoding", encoding))
	}
	return all
}

// hostileTokens are no tokens, however long one looks at them.
func hostileTokens() []hostile {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	var all []hostile
	for name, token := range map[string]string{
		"of none":                   part(`{"alg":"none"}`) + "." + part(`{"role":"OWNER","businessId":43111}`) + ".",
		"of an HMAC":                part(`{"alg":"HS256","kid":"a"}`) + "." + part(`{"role":"OWNER","businessId":43111}`) + "." + part(strings.Repeat("x", 32)),
		"of 20 KiB":                 part(`{"alg":"EdDSA","kid":"a"}`) + "." + part(strings.Repeat("x", 15_000)) + ".x",
		"of 10,000 dots":            strings.Repeat(".", 10_000),
		"of objects in objects":     part(nested(2_000, `{"alg":`, "1", "}")) + ".e30.x",
		"with a key that is a path": part(`{"alg":"EdDSA","kid":"../../../dev/zero"}`) + ".e30.x",
		"that names where keys are": part(`{"alg":"EdDSA","jku":"http://127.0.0.1:1/keys"}`) + ".e30.x",
		"that brings its own key":   part(`{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}}`) + ".e30.x",
		"that is compressed":        part(`{"alg":"EdDSA","zip":"DEF"}`) + ".e30.x",
		"that is encrypted":         part(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647}`) + ".e30.e30.e30.e30",
		"that is missing":           "",
	} {
		all = append(all, post("a token "+name, "UNAUTHENTICATED", good, "Authorization", "Bearer "+token))
	}
	return append(all,
		post("another scheme", "UNAUTHENTICATED", good, "Authorization", "Basic eDp5"),
		post("a bomb without a token", "UNAUTHENTICATED", `{"query":`+quoted(bomb(24, 2, "NEXT ", "clientCount"))+`}`, "Authorization", ""))
}

// hostileSockets say what a socket does not take.
func hostileSockets() []hostile {
	binary := func(ctx context.Context, connection *websocket.Conn) error {
		return connection.Write(ctx, websocket.MessageBinary, []byte(`{"type":"connection_init"}`))
	}
	many := func(ctx context.Context, connection *websocket.Conn) error {
		for i := range 150 {
			if err := says(fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":"subscription { clientChanged { cursor } }"}}`, i))(ctx, connection); err != nil {
				return err
			}
		}
		return nil
	}
	return []hostile{
		socket("a bomb by socket", "TOO_MANY_REPEATED_FIELDS", true, subscribes(bomb(24, 2, "NEXT ", "clientCount"))),
		socket("a cycle by socket", "FRAGMENT_CYCLE", true, subscribes("{ ...F0 }"+cycle(40, "Query", "NEXT NEXT"))),
		socket("repeated lists by socket", "TOO_MANY_REPEATED_FIELDS", true, subscribes("{"+each(20, "clients(pageSize: 1) { "+each(240, "clientId ")+"} ")+"}")),
		socket("two fields of a subscription", "GRAPHQL_VALIDATION_FAILED", true, subscribes("subscription { a: clientChanged { cursor } b: clientChanged { cursor } }")),
		socket("150 subscriptions", "TOO_MANY_OPERATIONS", true, many),
		socket("an operation before the token", "CLOSE 4401", false, subscribes("{ me { user } }")),
		socket("bytes that are no text", "CLOSE 4400", false, binary),
		socket("overlong UTF-8 in a message", "CLOSE 1007", false, says("{\"type\":\"\xc0\xaf\"}")),
		socket("a message of 64 KiB before the token", "CLOSE 1009", false, says(`{"type":"connection_init","payload":{"a":"`+strings.Repeat("x", 64<<10)+`"}}`)),
		socket("a message of 2 MiB", "CLOSE 1009", true, says(`{"type":"ping","payload":{"a":"`+strings.Repeat("x", 2*mib)+`"}}`)),
		socket("a message of lists in lists", "CLOSE 4400", true, says(`{"type":"ping","payload":`+strings.Repeat("[", 1<<19))),
		socket("a type of 900 KiB", "CLOSE 4400", true, says(`{"type":"`+strings.Repeat("x", 900<<10)+`"}`)),
		socket("an id of 900 KiB", "CLOSE 4400", true, says(`{"id":"`+strings.Repeat("x", 900<<10)+`","type":"complete"}`)),
		socket("half a million values in a message", "CLOSE 4400", true, says(`{"id":"1","type":"subscribe","payload":{"query":"{ me { user } }","variables":{"a":[`+strings.Repeat("0,", 1<<18)+`0]}}}`)),
		socket("lone surrogates in a message", "CLOSE 4400", true, says(`{"id":"1","type":"subscribe","payload":{"query":"{ me { user } }","variables":{"a":"\ud800"}}}`)),
		socket("two inits", "CLOSE 4429", true, says(`{"type":"connection_init"}`)),
	}
}

// hostileCrowds are many at once.
func hostileCrowds() []hostile {
	crowd := func(n int, h hostile) hostile {
		h.name, h.times = fmt.Sprintf("%d at once: %s", n, h.name), n
		return h
	}
	return []hostile{
		crowd(64, document("bombs", "TOO_MANY_REPEATED_FIELDS", bomb(24, 2, "NEXT ", "clientCount"))),
		crowd(64, document("2,400 times one field", "TOO_MANY_REPEATED_FIELDS", "{ clients {"+each(2_400, "clientId ")+"} }")),
		crowd(64, document("wrong names", "GRAPHQL_VALIDATION_FAILED", "{ clients(pageSize: 1) {"+each(1_200, "f%d ")+"} }")),
		crowd(32, post("half a million numbers", "TOO_MANY_VALUES", `{"query":"{ me { user } }","variables":{"a":[`+strings.Repeat("0,", mib/2-100)+`0]}}`)),
		crowd(200, post("tokens that are none", "UNAUTHENTICATED", good, "Authorization", "Bearer a.b.c")),
		crowd(200, bytesOf("connections without HTTP", "HTTP 400", strings.Repeat("\x00", 64)+"\r\n\r\n")),
	}
}

// hostileWaits begin and do not go on.
func hostileWaits() []hostile {
	const head = "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nContent-Type: application/json\r\n"
	return []hostile{
		bytesOf("no body", "BODY_TOO_SLOW", head+"Content-Length: 100\r\n\r\n"),
		bytesOf("half a body", "BODY_TOO_SLOW", head+"Content-Length: 100\r\n\r\n"+`{"query":`),
		bytesOf("half a chunk", "BODY_TOO_SLOW", head+"Transfer-Encoding: chunked\r\n\r\nff\r\n{"),
		bytesOf("no request", "gone", ""),
		bytesOf("half a request", "HTTP 400", "POST /graphql HT"),
		bytesOf("half the headers", "gone", head),
		{name: "a body of a byte now and then", code: "BODY_TOO_SLOW", send: request(http.MethodPost, "/graphql", func() io.Reader { return &dripping{} })},
		socket("a socket that says nothing", "CLOSE 4408", false),
	}
}

// dripping is a body that comes a byte at a time and has no end.
type dripping struct{}

func (*dripping) Read(p []byte) (int, error) {
	time.Sleep(300 * time.Millisecond)
	return copy(p, " "), nil
}
