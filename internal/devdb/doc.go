// Package devdb owns the database that a process talks to when it starts: the
// one that it was told of, or one of its own for development and tests, found,
// installed, started, and ended with the process.
//
// A database of our own is a child process: mongod where that is on the PATH,
// else the pinned engine of install.go. It listens on a loopback address, keeps
// its data below the data folder, and never outlives the process that started
// it, however that ends (tether_*.go). One process at a time has a data folder;
// others may join it.
package devdb
