package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// urlRefresh is how old the keys of a URL get before they are read anew: a key
	// that was taken out is good for that long.
	urlRefresh = 5 * time.Minute
	// urlPause is the least time between two reads of a URL, whatever tokens
	// arrive: those who make up key ids must not make us ask for them.
	urlPause = 10 * time.Second
	// fileRefresh and filePause are the same for a file, whose reading costs little.
	fileRefresh = time.Second
	filePause   = time.Second
	// maxStale is how long keys outlive the last reading that succeeded, so that an
	// issuer that is down for a while locks nobody out; whoever keeps us from
	// reading keeps a key alive that was taken out for no longer than that.
	maxStale = 24 * time.Hour
	// fetchTimeout bounds one reading of a URL.
	fetchTimeout = 5 * time.Second
	// maxRedirects bounds how far a URL leads on.
	maxRedirects = 3
)

// keyRing is a keySource of a key set that changes while we run. It reads it when
// it is asked for a key: when what it has is old, or lacks the key. One caller
// reads; those whose keys are there don't wait for it.
type keyRing struct {
	read func(ctx context.Context) ([]byte, error)
	// refresh and pause are as urlRefresh and urlPause.
	refresh, pause time.Duration
	now            func() time.Time
	logger         *slog.Logger

	// reading is held while the set is read. tried is when that was last begun.
	reading sync.Mutex
	tried   time.Time
	current atomic.Pointer[heldKeys]
}

// heldKeys are keys and when they were read.
type heldKeys struct {
	keys keySet
	at   time.Time
}

// open reads the set for the first time.
func (r *keyRing) open() error {
	r.reading.Lock()
	defer r.reading.Unlock()
	return r.load()
}

// age is how long ago the keys were read last.
func (r *keyRing) age() time.Duration { return r.now().Sub(r.current.Load().at) }

func (r *keyRing) find(kid string) (*verificationKey, bool) {
	held := r.current.Load()
	age := r.now().Sub(held.at)
	key, known := held.keys.find(kid)
	switch {
	case !known || age > maxStale:
		// Whoever comes while it is read waits for what that brings.
		r.reading.Lock()
		r.reload(held)
		r.reading.Unlock()
	case age > r.refresh && r.reading.TryLock():
		r.reload(held)
		r.reading.Unlock()
	default:
		return key, true
	}
	held = r.current.Load()
	if r.now().Sub(held.at) > maxStale {
		return nil, false
	}
	return held.keys.find(kid)
}

// reload reads the set, unless somebody did since seen was held, or did just now.
func (r *keyRing) reload(seen *heldKeys) {
	if r.current.Load() != seen || r.now().Sub(r.tried) < r.pause {
		return
	}
	if err := r.load(); err != nil {
		r.logger.Warn("the keys that tokens are signed with can't be read; those known before are used", "error", err)
	}
}

// load reads the set. The caller holds reading.
func (r *keyRing) load() error {
	r.tried = r.now()
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	content, err := r.read(ctx)
	if err != nil {
		return err
	}
	keys, err := parseKeySet(content)
	if err != nil {
		return err
	}
	r.current.Store(&heldKeys{keys: keys, at: r.tried})
	return nil
}

// newURLKeys returns the keys of a set that is behind a URL.
func newURLKeys(address string, now func() time.Time, logger *slog.Logger) (*keyRing, error) {
	target, err := url.Parse(address)
	if err != nil || checkKeyURL(target) != nil {
		// The text of err has the URL in it, and with that perhaps a password.
		return nil, errNotSecure
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, MaxResponseHeaderBytes: maxKeySetBytes,
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		if len(before) > maxRedirects {
			return errors.New("the URL of the key set leads on and on")
		}
		return checkKeyURL(next.URL)
	}}
	return &keyRing{refresh: urlRefresh, pause: urlPause, now: now, logger: logger, read: func(ctx context.Context) ([]byte, error) {
		return fetch(ctx, client, target)
	}}, nil
}

var errNotSecure = errors.New("the URL of the key set must be https; http is for loopback addresses alone")

// checkKeyURL refuses what anybody on the way could change.
func checkKeyURL(target *url.URL) error {
	ip := net.ParseIP(target.Hostname())
	loopback := target.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if target.Host == "" || target.Scheme != "https" && !(target.Scheme == "http" && loopback) {
		return errNotSecure
	}
	return nil
}

func fetch(ctx context.Context, client *http.Client, target *url.URL) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, errors.New("the URL of the key set is none")
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	response, err := client.Do(request)
	if err != nil {
		if failed, ok := errors.AsType[*url.Error](err); ok {
			err = failed.Err
		}
		return nil, fmt.Errorf("read the key set of %s: %w", target.Host, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read the key set of %s: its status is %d", target.Host, response.StatusCode)
	}
	return readBounded(response.Body)
}

// newFileKeys returns the keys of a set that is in a file. It may be replaced at
// any time, by renaming another one over it.
func newFileKeys(path string, now func() time.Time, logger *slog.Logger) *keyRing {
	return &keyRing{refresh: fileRefresh, pause: filePause, now: now, logger: logger, read: func(context.Context) ([]byte, error) {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("read the key set: %w", err)
		}
		defer file.Close()
		return readBounded(file)
	}}
}

func readBounded(from io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, maxKeySetBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	if len(content) > maxKeySetBytes {
		return nil, fmt.Errorf("the key set has over %d bytes", maxKeySetBytes)
	}
	return content, nil
}
