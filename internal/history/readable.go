package history

import (
	"slices"
	"strings"

	"clientgraph/internal/client"
)

// HasClient says whether entries of the kind have the client.
func (k Kind) HasClient() bool { return k == KindUpserted || k == KindRestored || k == KindUnmerged }

// ReadableNames returns the names of fields at the paths that the role may read, sorted
// and without duplicates; for a custom field fields.ID.
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

// ClientGlobalID returns the client at the other end of a viewer edge; nil for other
// changes.
func (change *Change) ClientGlobalID() *client.ID {
	if number := change.Neighbour(); number != 0 {
		return new(client.GlobalID(number))
	}
	return nil
}

// ReadablePaths returns the names of changes that the role may read, sorted and without
// duplicates.
func ReadablePaths(role client.Role, changes []Change) []string {
	paths := make([]string, len(changes))
	for i, change := range changes {
		paths[i] = change.Path
	}
	return ReadableNames(role, paths)
}

// Neighbour returns the client in the path of an edge; 0 for other paths.
func (change *Change) Neighbour() int64 { return NeighbourOf(change.Path) }

// NeighbourOf returns the client in the path of an edge; 0 for other paths.
func NeighbourOf(changePath string) int64 {
	name, rest, _ := strings.Cut(changePath, ".")
	if name != PathSubject && name != PathViewer {
		return 0
	}
	id, _ := client.ParseNumber(rest)
	return id
}

// Secret says whether the change is of a secret, which has no values.
func (change *Change) Secret() bool {
	p := client.PropertyByName(change.Path)
	return p != nil && p.Is(client.Secret)
}

// MayRead says whether the role may read the value at a path.
func MayRead(role client.Role, changePath string) bool {
	p := client.PropertyByName(TopLevel(changePath))
	return role != client.RoleClient || p == nil || !p.HiddenFromClient()
}
