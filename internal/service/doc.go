// Package service brings the use cases together. Each folder below holds those of
// one kind, with their permissions, their rules and the transactions that store
// them; what they need of the outside they state as interfaces, such as store.Store,
// Hasher and Cipher. Each method's comment names the codes of the errors that it
// returns.
package service
