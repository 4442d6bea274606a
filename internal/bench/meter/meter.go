// Package meter reports what a Go server allocates, at an address of this machine, and
// profiles it. Only the benchmark uses it: without the variable Address it does nothing.
package meter

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"runtime"
	"time"
)

// Address is the environment variable with the address to listen on, such as 127.0.0.1:0.
const Address = "BENCH_OBSERVE"

// Said is the beginning of the line on the standard output with the address.
const Said = "observed at "

// Counters are what a process has allocated since it began.
type Counters struct{ Objects, Bytes, Collections uint64 }

// Begin listens at the environment's address, if it is set, until the process ends.
func Begin(ctx context.Context) error {
	address := os.Getenv(Address)
	if address == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen for the benchmark: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/counters", serveCounters)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.Handle("/debug/pprof/allocs", pprof.Handler("allocs"))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	fmt.Println(Said + "http://" + listener.Addr().String())
	go func() { _ = server.Serve(listener) }()
	return nil
}

func serveCounters(w http.ResponseWriter, _ *http.Request) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	_ = json.NewEncoder(w).Encode(Counters{Objects: stats.Mallocs, Bytes: stats.TotalAlloc, Collections: uint64(stats.NumGC)})
}
