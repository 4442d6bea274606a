package history

import (
	"slices"
	"strings"

	"clientgraph/internal/client"
)

// HasClient says whether a change of the kind is answered with the client.
func (k Kind) HasClient() bool { return k == KindUpserted || k == KindRestored || k == KindUnmerged }

// ReadableNames are the names of fields at some paths that the role may read,
// ascending and each once; of a custom field it is fields.ID.
func ReadableNames(role client.Role, paths []string) []string {
	names := []string{}
	for _, changed := range paths {
		if MayRead(role, changed) {
			names = append(names, toldPath(changed))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ClientGlobalID is the client at the other end of a viewer edge; nil of other
// changes.
func (change *Change) ClientGlobalID() *client.ID {
	if number := change.Neighbour(); number != 0 {
		return new(client.GlobalID(number))
	}
	return nil
}

// ReadablePaths are the names that the changes touch, without those that the
// role may not read, in a fixed order and each once.
func ReadablePaths(role client.Role, changes []Change) []string {
	paths := make([]string, len(changes))
	for i, change := range changes {
		paths[i] = change.Path
	}
	return ReadableNames(role, paths)
}

// Neighbour is the client whom the path names; 0 when it names none.
func (change *Change) Neighbour() int64 { return NeighbourOf(change.Path) }

// NeighbourOf is the client whom a path names; 0 when it names none.
func NeighbourOf(changePath string) int64 {
	name, rest, _ := strings.Cut(changePath, ".")
	if name != PathSubject && name != PathViewer {
		return 0
	}
	id, _ := client.ParseNumber(rest)
	return id
}

// Secret says whether the change is of a secret: it has neither value.
func (change *Change) Secret() bool {
	p := client.PropertyByName(change.Path)
	return p != nil && p.Is(client.Secret)
}

// MayRead says whether the role may read what lies at a path.
func MayRead(role client.Role, changePath string) bool {
	p := client.PropertyByName(TopLevel(changePath))
	return role != client.RoleClient || p == nil || !p.HiddenFromClient()
}
