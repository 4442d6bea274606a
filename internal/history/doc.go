// Package history owns what a write changed: it compares two states of a client,
// keeps the differences as entries, replays entries forwards and backwards, and
// says which of them a role may read.
package history
