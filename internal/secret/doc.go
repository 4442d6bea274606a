// Package secret protects secrets: it hashes passwords with argon2id, encrypts values
// that must be read again, such as social security numbers, with a keyset that can be
// rotated, and makes digests of what is only compared, with a key that is stored
// encrypted.
//
// Its Hasher, Cipher and MAC implement interfaces of the service. Its errors never have a
// part of a password, a plaintext or a key.
package secret
