// Package history records changes: it compares two states of a client, stores the
// differences as entries, replays entries forwards and backwards, and decides which of
// them a role may read.
package history
