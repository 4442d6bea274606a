package telemetry

import "sync"

const (
	// mostNames bounds the operations that metrics tell apart, mostCodes the codes of
	// errors: a name is what a caller makes up, and each is a series of every server.
	mostNames = 100
	mostCodes = 150
	// otherName stands for those beyond, anonymous for documents that name none.
	otherName = "other"
	anonymous = "anonymous"
)

// names are those that a label may have: the given ones, and of others the first
// to come, as long as there is room.
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

// label is what stands for a name.
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
