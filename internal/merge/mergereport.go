package merge

import (
	"clientgraph/internal/client"
)

// Report is what a merge does to the survivor. The preview of a merge and the merge
// itself answer the same one: Fold computes both.
type Report struct {
	ClientID int64 `json:"clientId"`
	// ClientIDs are those who are folded in, in the order that decides.
	ClientIDs []int64 `json:"clientIds"`
	// Versions are those that the clients had: what a merge is bound to.
	Versions []VersionOf `json:"versions"`
	// Moves are the entries that the survivor gets, by client and field.
	Moves []Move `json:"moves"`
	// Fills are values of properties that the survivor had blank.
	Fills []Fill `json:"fills"`
	// Conflicts are properties of which the clients have different values.
	Conflicts []Conflict `json:"conflicts"`
	// Aliases are values that lose and go on finding the survivor.
	Aliases []client.Alias `json:"aliases"`
}

// VersionOf is a client as it was when it had that version.
type VersionOf struct {
	ClientID int64 `json:"clientId"`
	Version  int64 `json:"version"`
}

// Move is what moves of one field from one client.
type Move struct {
	Field        string `json:"field"`
	FromClientID int64  `json:"fromClientId"`
	// Count is how many entries move: those that the survivor had not.
	Count int64 `json:"count"`
	// Values are the entries themselves; nil for relations.
	Values []any `json:"values,omitempty"`
}

// Fill is a value that fills a property which was blank.
type Fill struct {
	Field        string `json:"field"`
	FromClientID int64  `json:"fromClientId"`
	// Value is nil for a secret.
	Value any `json:"value"`
}

// Conflict is a property of which the clients have different values.
type Conflict struct {
	Field string `json:"field"`
	// Values are those that are not blank, by client, the survivor's first.
	Values []Value `json:"values"`
	// WinnerID is whose value the survivor has afterwards.
	WinnerID int64 `json:"winnerClientId"`
	// Choosable says whether a choice decides; else the strictest value wins.
	Choosable bool `json:"choosable"`
}

// Value is one client's value; nil for a secret.
type Value struct {
	ClientID int64 `json:"clientId"`
	Value    any   `json:"value"`
}

// Choice says whose value of a property the survivor is to have.
type Choice struct {
	Field        string
	FromClientID client.ID
}

// reported is a value as reports tell it: ids and days as text, secrets not at
// all.
func reported(p *client.Property, value any) any {
	switch {
	case p.Is(client.Secret):
		return nil
	case p.Name == client.NameFields:
		return client.ShowCustom(value)
	}
	return p.Show(value)
}

// reportedEntries are entries of a list as reports tell them.
func reportedEntries(p *client.Property, entries []any) []any {
	alone := &client.Client{}
	p.SetEntries(alone, entries)
	shown, _ := p.Show(p.Value(alone)).([]any)
	return shown
}
