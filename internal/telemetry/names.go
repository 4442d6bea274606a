package telemetry

import "sync"

const (
	// mostNames bounds the operation names that metrics distinguish, mostCodes the error
	// codes: callers can make names up, and each is a time series of every server.
	mostNames = 100
	mostCodes = 150
	// otherName stands for all further names, anonymous for operations without a name.
	otherName = "other"
	anonymous = "anonymous"
)

// names are the allowed values of a label: the given ones, and the first others as long
// as there is room.
type names struct {
	most int

	mu    sync.RWMutex
	known map[string]bool
}

func newNames(most int, given []string) *names {
	n := &names{most: most + len(given), known: map[string]bool{}}
	for _, name := range given {
		n.known[name] = true
	}
	return n
}

// label returns the label for a name.
func (n *names) label(name string) string {
	if name == "" {
		return anonymous
	}
	n.mu.RLock()
	known, full := n.known[name], len(n.known) >= n.most
	n.mu.RUnlock()
	switch {
	case known:
		return name
	case full:
		return otherName
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.known[name] && len(n.known) >= n.most {
		return otherName
	}
	n.known[name] = true
	return name
}
