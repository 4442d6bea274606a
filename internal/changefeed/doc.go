// Package changefeed owns the rows of the change feed: what a row holds, which
// callers it is told to, and the sealed cursors by which they read on. It is
// pure; the service reads the rows and the store numbers them.
package changefeed
