package history

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"clientgraph/internal/client"
)

// Operation names the mutation that made a change.
type Operation string

// The operations.
const (
	OperationCreate  Operation = "CREATE"
	OperationPatch   Operation = "PATCH"
	OperationDelete  Operation = "DELETE"
	OperationRestore Operation = "RESTORE"
	OperationImport  Operation = "IMPORT"
	OperationMerge   Operation = "MERGE"
	OperationUnmerge Operation = "UNMERGE"
	// OperationErase is in the history of clients who could see an erased client, and
	// of those whom it could see: their edge is gone.
	OperationErase Operation = "ERASE"

	// OperationUpgrade is what a later version of the program adds to what is kept.
	OperationUpgrade Operation = "UPGRADE"

	OperationUpdate        Operation = "UPDATE"
	OperationUpsert        Operation = "UPSERT"
	OperationSetFields     Operation = "SET_FIELDS"
	OperationRemoveFields  Operation = "REMOVE_FIELDS"
	OperationAddTags       Operation = "ADD_TAGS"
	OperationRemoveTags    Operation = "REMOVE_TAGS"
	OperationAddViewers    Operation = "ADD_VIEWERS"
	OperationRemoveViewers Operation = "REMOVE_VIEWERS"
)

// Change is one path of a record that changed. Values are what the property's
// place holds; nil for none. A secret has neither value, only the path.
type Change struct {
	// Path is the property's name. A custom field is fields.ID; a viewer edge is
	// clientIdsClientCanView.ID on the viewer's side and viewByClients.ID on the
	// subject's, with the id as the value.
	Path          string
	Before, After any
}

// Entry is the row of history of one write to one client.
type Entry struct {
	ClientID  int64
	Version   int64
	At        time.Time
	User      string
	Role      client.Role
	Operation Operation
	RequestID string
	// MergeID names the merge that was made or undone; 0 with other operations.
	MergeID int64
	Changes []Change
	// MergedIntoClientID is, for the kinds MERGED and UNMERGED, the client that
	// survived the merge; 0 for the others. The change feed has it.
	MergedIntoClientID int64
}

// Kind is what happened to the client of a row of the change feed.
type Kind string

// The kinds of feed rows.
const (
	KindUpserted Kind = "UPSERTED"
	KindDeleted  Kind = "DELETED"
	KindRestored Kind = "RESTORED"
	KindMerged   Kind = "MERGED"
	KindUnmerged Kind = "UNMERGED"
	KindErased   Kind = "ERASED"
	// KindRemoved is answered to callers who may see a client no more, which itself is
	// still there. No row is stored with it.
	KindRemoved Kind = "REMOVED"
)

// Paths of changes that are no property of their own.
const (
	PathSubject = "clientIdsClientCanView"
	PathViewer  = "viewByClients"
	pathDeleted = "deleted"
)

// Diff lists what differs between two states of a client, in the order of the
// table. Derived parts are no change of their own.
func Diff(before, after *client.Client) []Change {
	var changes []Change
	// A merge changes mergedIntoClientId.
	if before.Deleted() != after.Deleted() {
		changes = append(changes, Change{Path: pathDeleted, Before: before.Deleted(), After: after.Deleted()})
	}
	for i := range client.Properties() {
		p := &client.Properties()[i]
		if p.Is(client.Derived) {
			continue
		}
		if p.Equal(before, after) {
			continue
		}
		switch {
		case p.Is(client.Secret):
			changes = append(changes, Change{Path: p.Name})
		case p.Is(client.Edge):
			changes = append(changes, IDChanges(PathSubject, before.SubjectIDs, after.SubjectIDs)...)
		case p.Name == client.NameFields:
			changes = append(changes, fieldChanges(before.FieldValues, after.FieldValues)...)
		default:
			changes = append(changes, Change{Path: p.Name, Before: p.Value(before), After: p.Value(after)})
		}
	}
	return changes
}

// FirstChanges are the changes that made a new client: every value that it has,
// with none before it. Flags and the status are among them, whatever they are.
func FirstChanges(c *client.Client) []Change {
	blank := BlankClient(c.BusinessID, c.ClientID)
	blank.Status, blank.Blocked, blank.Sanitized = "", !c.Blocked, !c.Sanitized
	changes := Diff(blank, c)
	for i := range changes {
		changes[i].Before = nil
	}
	return changes
}

// IDChanges has a change for each id that was added to or removed from a list.
func IDChanges(prefix string, before, after []int64) []Change {
	var changes []Change
	had, has := idSet(before), idSet(after)
	for _, id := range before {
		if !has[id] {
			changes = append(changes, Change{Path: client.EdgePath(prefix, id), Before: id})
		}
	}
	for _, id := range after {
		if !had[id] {
			changes = append(changes, Change{Path: client.EdgePath(prefix, id), After: id})
		}
	}
	return changes
}

func idSet(ids []int64) map[int64]bool {
	set := make(map[int64]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

func fieldChanges(before, after []client.FieldValue) []Change {
	values := map[int64]*Change{}
	for _, v := range before {
		values[v.DefinitionID] = &Change{Path: client.EdgePath(client.NameFields, v.DefinitionID), Before: v.Value}
	}
	for _, v := range after {
		if values[v.DefinitionID] == nil {
			values[v.DefinitionID] = &Change{Path: client.EdgePath(client.NameFields, v.DefinitionID)}
		}
		values[v.DefinitionID].After = v.Value
	}
	var changes []Change
	for _, change := range values {
		if change.Before != change.After {
			changes = append(changes, *change)
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes
}

// toldPath is how the feed and conflicts name what changed: a custom field by its
// path, and else the field of the schema, which a path begins with.
func toldPath(changePath string) string {
	name := TopLevel(changePath)
	if name == client.NameFields {
		return changePath
	}
	return name
}

// TopLevel is the name that a path begins with, a field of the schema.
func TopLevel(changePath string) string {
	name, _, _ := strings.Cut(changePath, ".")
	return name
}
