// Package service combines the use cases. Each folder below has the use cases of one
// kind, with their permissions, rules and transactions. What they need from outside is
// defined by interfaces, such as store.Store, Hasher and Cipher. Each method's comment
// names the codes of its errors.
package service
