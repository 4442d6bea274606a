// Package service holds the use cases, one file each: every read of clients and
// every write, with its permissions, its rules and the transaction that stores it.
// What it needs of the outside it states as interfaces, such as Store, Hasher and
// Cipher; each method's comment names the codes of the errors that it returns.
package service
