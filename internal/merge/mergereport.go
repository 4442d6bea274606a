package merge

import (
	"clientgraph/internal/client"
)

// Report says what a merge does to the survivor. Fold computes it for the preview and for
// the merge, so both are the same.
type Report struct {
	ClientID int64 `json:"clientId"`
	// ClientIDs are the folded clients, in the order that decides.
	ClientIDs []int64 `json:"clientIds"`
	// Versions are the versions that the clients had before the merge.
	Versions []VersionOf `json:"versions"`
	// Moves are the entries that the survivor gets, by client and field.
	Moves []Move `json:"moves"`
	// Fills are values of properties that were blank in the survivor.
	Fills []Fill `json:"fills"`
	// Conflicts are properties for which the clients have different values.
	Conflicts []Conflict `json:"conflicts"`
	// Aliases are values that lose and still find the survivor.
	Aliases []client.Alias `json:"aliases"`
}

// VersionOf is a version of a client.
type VersionOf struct {
	ClientID int64 `json:"clientId"`
	Version  int64 `json:"version"`
}

// Move says what moves from one field of one client.
type Move struct {
	Field        string `json:"field"`
	FromClientID int64  `json:"fromClientId"`
	// Count is the number of entries that move, because the survivor did not have them.
	Count int64 `json:"count"`
	// Values are the entries; nil for relations.
	Values []any `json:"values,omitempty"`
}

// Fill is a value for a property that was blank.
type Fill struct {
	Field        string `json:"field"`
	FromClientID int64  `json:"fromClientId"`
	// Value is nil for a secret.
	Value any `json:"value"`
}

// Conflict is a property for which the clients have different values.
type Conflict struct {
	Field string `json:"field"`
	// Values are the clients' values that are not blank, the survivor's first.
	Values []Value `json:"values"`
	// WinnerID is the client whose value the survivor has after the merge.
	WinnerID int64 `json:"winnerClientId"`
	// Choosable says whether a choice decides; otherwise the strictest value wins.
	Choosable bool `json:"choosable"`
}

// Value is a client's value; nil for a secret.
type Value struct {
	ClientID int64 `json:"clientId"`
	Value    any   `json:"value"`
}

// Choice names the client whose value of a property the survivor gets.
type Choice struct {
	Field        string
	FromClientID client.ID
}

// reported returns a value in the form of reports: ids and days as text, nil for secrets.
func reported(p *client.Property, value any) any {
	switch {
	case p.Is(client.Secret):
		return nil
	case p.Name == client.NameFields:
		return client.ShowCustom(value)
	}
	return p.Show(value)
}

// reportedEntries returns entries of a list in the form of reports.
func reportedEntries(p *client.Property, entries []any) []any {
	alone := &client.Client{}
	p.SetEntries(alone, entries)
	shown, _ := p.Show(p.Value(alone)).([]any)
	return shown
}
