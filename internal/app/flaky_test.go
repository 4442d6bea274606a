package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"
)

// flakyPause is how long a way to the database stays broken in one manner.
const flakyPause = time.Second

// flaky is a way to a database that breaks as it is told to.
type flaky struct {
	server          *toxiproxy.ApiServer
	address, behind string
	proxy           *toxiproxy.Proxy
}

// newFlaky opens a way to the database behind that address.
func newFlaky(t *testing.T, behind string) *flaky {
	t.Helper()
	registered()
	f := &flaky{
		server:  toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()),
		address: "127.0.0.1:0", behind: behind,
	}
	f.open(t)
	t.Cleanup(f.cut)
	return f
}

// registered makes cutCommits known to toxiproxy, whose register is of the process.
var registered = sync.OnceFunc(func() { toxics.Register("cut_commits", new(cutCommits)) })

// toxic is a fault of toxiproxy, as its API tells of it.
type toxic struct {
	Type   string `json:"type"`
	Stream string `json:"stream"`
	// Toxicity is for how many of the connections it is there, 1 for all.
	Toxicity   float64        `json:"toxicity"`
	Attributes map[string]any `json:"attributes"`
}

// open breaks all connections and takes new ones, with these faults.
func (f *flaky) open(t *testing.T, faults ...toxic) {
	t.Helper()
	f.cut()
	f.proxy = toxiproxy.NewProxy(f.server, "database", f.address, f.behind)
	for _, fault := range faults {
		text, err := json.Marshal(fault)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.proxy.Toxics.AddToxicJson(bytes.NewReader(text)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	// The port may be in use for a moment, by connections that are closing.
	until(t, "the way is open again", func() bool { return f.proxy.Start() == nil })
	f.address = f.proxy.Listen
}

// cut breaks all connections and takes no more.
func (f *flaky) cut() {
	if f.proxy != nil {
		f.proxy.Stop()
	}
}

// cutCommits is a fault that breaks connections where it hurts: before a commit
// is sent, in the middle of it, and after it was sent and before it is answered.
type cutCommits struct {
	// Percent of the commits that are cut.
	Percent int `json:"percent"`
}

// Pipe implements toxics.Toxic.
func (c *cutCommits) Pipe(stub *toxics.ToxicStub) {
	for {
		select {
		case <-stub.Interrupt:
			return
		case chunk := <-stub.Input:
			if chunk == nil {
				stub.Close()
				return
			}
			at := bytes.Index(chunk.Data, []byte("commitTransaction"))
			if at < 0 || rand.IntN(100) >= c.Percent {
				stub.Output <- chunk
				continue
			}
			if sent := []int{0, at, len(chunk.Data)}[rand.IntN(3)]; sent > 0 {
				stub.Output <- &stream.StreamChunk{Data: chunk.Data[:sent], Timestamp: chunk.Timestamp}
			}
			stub.Close()
			return
		}
	}
}

// disturb makes the way break in one manner after the other, for as long as
// asked is answered with true; answers counts what was answered meanwhile, for
// better or worse. The way is open at the end.
func (f *flaky) disturb(t *testing.T, asked func() bool, answers func() int64) {
	t.Helper()
	manners := []func(){
		func() { f.open(t) },
		func() { f.open(t, fault("cut_commits", "upstream", 1, "percent", 40)) },
		func() { f.open(t, fault("cut_commits", "upstream", 1, "percent", 90)) },
		func() { f.open(t, fault("latency", "downstream", 1, "latency", 20)) },
		func() { f.open(t, fault("reset_peer", "upstream", 0.5, "timeout", 10)) },
		func() { f.open(t, fault("reset_peer", "downstream", 0.5, "timeout", 10)) },
		func() { f.open(t, fault("limit_data", "upstream", 0.7, "bytes", 500+rand.IntN(20_000))) },
		func() { f.open(t, fault("limit_data", "downstream", 0.7, "bytes", 500+rand.IntN(20_000))) },
		f.cut,
	}
	// The way is cut first, so that each disturbance is one; then chance decides.
	for next := len(manners) - 1; asked(); next = rand.IntN(len(manners)) {
		manners[next]()
		enough := answers() + 1 + rand.Int64N(8)
		f.stay(t, func() bool { return !asked() || answers() >= enough })
	}
	f.open(t)
}

// stay leaves the way as it is until enough has happened, or too little for a
// while.
func (*flaky) stay(t *testing.T, enough func() bool) {
	ctx, cancel := context.WithTimeout(t.Context(), flakyPause)
	defer cancel()
	pause := time.NewTicker(pollPause)
	defer pause.Stop()
	for !enough() {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

func fault(kind, direction string, toxicity float64, attribute string, value int) toxic {
	return toxic{kind, direction, toxicity, map[string]any{attribute: value}}
}

// uri is where a server finds the database by that way. It gives up looking for
// it soon.
func (f *flaky) uri() string {
	return "mongodb://" + f.address + "/?directConnection=true&serverSelectionTimeoutMS=500"
}
