// Package transfer brings files into a business and writes them out of it: clients, and
// what the scheduler knows. It reads CSV and JSON lines strictly, from an io.ReadSeeker,
// and gives what they hold to the use cases, some rows at a time; it knows nothing of
// the command line.
package transfer
