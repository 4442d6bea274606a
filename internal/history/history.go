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
	// OperationErase is in the histories of an erased client's viewers and subjects:
	// their edge was removed.
	OperationErase Operation = "ERASE"

	// OperationUpgrade is a change that a later version of the program made by itself.
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

// Change is a changed path of a record, with the values before and after; nil for none. A
// secret has no values, only the path.
type Change struct {
	// Path is the property's name. A custom field is fields.ID; a viewer edge is
	// clientIdsClientCanView.ID for the viewer and viewByClients.ID for the subject, with
	// the id as the value.
	Path          string
	Before, After any
}

// Entry is the history of one write to one client.
type Entry struct {
	ClientID  int64
	Version   int64
	At        time.Time
	User      string
	Role      client.Role
	Operation Operation
	RequestID string
	// MergeID is the merge that was made or undone; 0 for other operations.
	MergeID int64
	Changes []Change
	// MergedIntoClientID is the survivor for the kinds MERGED and UNMERGED; otherwise 0.
	// The change feed has it.
	MergedIntoClientID int64
}

// Kind says what a row of the change feed reports about its client.
type Kind string

// The kinds of feed rows.
const (
	KindUpserted Kind = "UPSERTED"
	KindDeleted  Kind = "DELETED"
	KindRestored Kind = "RESTORED"
	KindMerged   Kind = "MERGED"
	KindUnmerged Kind = "UNMERGED"
	KindErased   Kind = "ERASED"
	// KindRemoved is for callers who no longer see a client. No row is stored with it.
	KindRemoved Kind = "REMOVED"
)

// Paths of changes that are not properties.
const (
	PathSubject = "clientIdsClientCanView"
	PathViewer  = "viewByClients"
	pathDeleted = "deleted"
)

// Diff returns the differences between two states of a client, in the order of the table.
// Derived values are not compared.
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

// FirstChanges returns the changes that created a client: all its values, with none
// before. Flags and the status are always included.
func FirstChanges(c *client.Client) []Change {
	blank := BlankClient(c.BusinessID, c.ClientID)
	blank.Status, blank.Blocked, blank.Sanitized = "", !c.Blocked, !c.Sanitized
	changes := Diff(blank, c)
	for i := range changes {
		changes[i].Before = nil
	}
	return changes
}

// IDChanges returns a change for each id that was added to or removed from a list.
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

// toldPath returns the name of a change in the feed and in conflicts: for a custom field
// its path, otherwise the schema's field at the beginning of the path.
func toldPath(changePath string) string {
	name := TopLevel(changePath)
	if name == client.NameFields {
		return changePath
	}
	return name
}

// TopLevel returns the schema's field at the beginning of a path.
func TopLevel(changePath string) string {
	name, _, _ := strings.Cut(changePath, ".")
	return name
}
