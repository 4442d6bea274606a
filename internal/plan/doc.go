// Package plan answers selections of clients without an executor: a selection is
// compiled once into what its clients are read with and how each is written, and then
// whole levels of rows are read and written at once, from the database's form straight
// to JSON.
//
// What a selection answers is what graph's resolvers answer, byte for byte; a test
// holds both to it. What is not compiled, and what fails on the way, is answered by
// the resolvers.
package plan
