// Package plan answers selections of clients without gqlgen: a selection is compiled once
// to what must be read of its clients and how each field is written. Then whole levels of
// rows are read and written at once, from the database's form to JSON.
//
// The answer is that of package graph's resolvers, byte for byte; a test compares them.
// Resolvers answer what can't be compiled, and what fails.
package plan
