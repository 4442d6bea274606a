// Package client owns what a client of a business is and the rules over it:
// the properties, their validation, patches, custom fields, viewer edges, who
// may see and write what, and the Service through which all of it is used.
//
// It knows no database, no GraphQL and no HTTP. What it needs of them it states
// as interfaces (Store, Hasher, Cipher) that others implement.
package client
