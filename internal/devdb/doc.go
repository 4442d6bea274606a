// Package devdb finds or starts the database of a process: the one with a given URI, or
// one of its own for development and tests, which it installs, starts, and ends with the
// process.
//
// A database of our own is a child process: mongod if it is on the PATH, else the pinned
// engine of install.go. It listens on a loopback address, stores its data in the data
// folder, and never outlives the process that started it, however that ends
// (tether_*.go). One process at a time has a data folder; others can join its database.
package devdb
