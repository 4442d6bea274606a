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
	// urlRefresh is the age at which the keys of a URL are read again, and so how long a
	// removed key stays valid.
	urlRefresh = 5 * time.Minute
	// urlPause is the least time between two reads of a URL, so that tokens with made-up
	// key ids do not cause more reads.
	urlPause = 10 * time.Second
	// fileRefresh and filePause are the same for a file, which is cheap to read.
	fileRefresh = time.Second
	filePause   = time.Second
	// maxStale is how long keys stay valid after the last successful read, so that no
	// caller is locked out while an issuer is down. It is also the longest that a
	// removed key stays valid if an attacker prevents reads.
	maxStale = 24 * time.Hour
	// fetchTimeout bounds one read of a URL.
	fetchTimeout = 5 * time.Second
	// maxRedirects bounds the redirects of a URL.
	maxRedirects = 3
)

// keyRing is a keySource whose key set may change at run time. It reads the set when it
// is asked for a key, if its keys are old or lack that key. One caller reads; callers
// whose keys are known do not wait for it.
type keyRing struct {
	read func(ctx context.Context) ([]byte, error)
	// refresh and pause are like urlRefresh and urlPause.
	refresh, pause time.Duration
	now            func() time.Time
	logger         *slog.Logger

	// reading is locked while the set is read. tried is when the last read began.
	reading sync.Mutex
	tried   time.Time
	current atomic.Pointer[heldKeys]
}

// heldKeys are keys with the time when they were read.
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

// age returns the time since the keys were last read.
func (r *keyRing) age() time.Duration { return r.now().Sub(r.current.Load().at) }

func (r *keyRing) find(kid string) (*verificationKey, bool) {
	held := r.current.Load()
	age := r.now().Sub(held.at)
	key, known := held.keys.find(kid)
	switch {
	case !known || age > maxStale:
		// Concurrent callers with unknown keys wait for this read.
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

// reload reads the set, unless it was read after seen, or a moment ago.
func (r *keyRing) reload(seen *heldKeys) {
	if r.current.Load() != seen || r.now().Sub(r.tried) < r.pause {
		return
	}
	if err := r.load(); err != nil {
		r.logger.Warn("the keys that tokens are signed with can't be read; those known before are used", "error", err)
	}
}

// load reads the set. The caller must have locked reading.
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

// newURLKeys returns the keys of a set at a URL.
func newURLKeys(address string, now func() time.Time, logger *slog.Logger) (*keyRing, error) {
	target, err := url.Parse(address)
	if err != nil || checkKeyURL(target) != nil {
		// The text of err has the URL, which may have a password.
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

// checkKeyURL refuses a URL whose content could be changed on the way.
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

// newFileKeys returns the keys of a set in a file. The file may be replaced at any time
// by renaming another one over it.
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
