// Package transfer imports and exports files: of clients, and of scheduler data. It reads
// CSV and JSON Lines strictly, and passes their rows on to the use cases, some at a time.
// It does not depend on the command line.
package transfer
