// Package secret owns how secrets are kept: passwords as argon2id hashes that
// cannot be turned back, and values that must be read again, such as a social
// security number, encrypted under a keyset that can be rotated. What is only
// compared it digests, under a key that the database holds sealed.
//
// Its Hasher, Cipher and MAC are what the client package asks for as interfaces. No
// error of this package holds a part of a password, a plaintext or a key.
package secret
