// Package changefeed defines the rows of the change feed: what a row has, what it tells
// which callers, and the encrypted cursors that callers continue from. It has no side
// effects: the service reads the rows, and the store numbers them.
package changefeed
