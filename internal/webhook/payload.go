package webhook

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
)

// KindResync is the kind of the event that tells a receiver that it missed changes and
// must read all clients again. It has no client.
const KindResync history.Kind = "RESYNC"

// maxFields bounds the names of changed fields in one event. A client has fewer
// properties and custom fields. An event with more names lists none, which means that
// anything may have changed.
const maxFields = 2_000

// Event is a change that a webhook delivers.
type Event struct {
	BusinessID int64
	Kind       history.Kind
	// At is when the change was made.
	At time.Time
	// ClientID is 0 for KindResync.
	ClientID int64
	Version  int64
	// MergedIntoClientID is 0 except for MERGED and UNMERGED.
	MergedIntoClientID int64
	ChangedFields      []string
}

type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	BusinessID         string   `json:"businessId"`
	ClientID           string   `json:"clientId,omitempty"`
	ClientGlobalID     string   `json:"clientGlobalId,omitempty"`
	Version            int64    `json:"version,omitempty"`
	MergedIntoClientID string   `json:"mergedIntoClientId,omitempty"`
	ChangedFields      []string `json:"changedFields,omitempty"`
}

// Body returns the body of an event's deliveries: JSON, always the same bytes. It has ids
// and names of fields, but no values.
func Body(event Event) ([]byte, error) {
	of := data{BusinessID: strconv.FormatInt(event.BusinessID, 10)}
	name := "clients.resync"
	if event.Kind != KindResync {
		name = "client." + strings.ToLower(string(event.Kind))
		of.ClientID = strconv.FormatInt(event.ClientID, 10)
		of.ClientGlobalID = client.GlobalID(event.ClientID).String()
		of.Version = event.Version
	}
	if event.MergedIntoClientID != 0 {
		of.MergedIntoClientID = strconv.FormatInt(event.MergedIntoClientID, 10)
	}
	if len(event.ChangedFields) <= maxFields {
		of.ChangedFields = event.ChangedFields
	}
	content, err := json.Marshal(body{Type: name, Timestamp: event.At.UTC(), Data: of})
	if err != nil {
		return nil, fmt.Errorf("write an event as JSON: %w", err)
	}
	return content, nil
}
