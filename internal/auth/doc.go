// Package auth verifies access tokens: it returns the client.Identity of a JSON Web
// Token's bearer, or refuses the token. It also makes the tokens of development mode.
//
// A token's claims are businessId, sub (the user name), role, by role staffId,
// locationIds or clientAccountId, optionally permissions, and iss, aud, exp, nbf and iat.
// Ids are JSON integers or strings of decimal digits; they are read exactly, also above
// 2^53. Names of claims must match exactly. A duplicate name, or a needed claim that is
// null, makes the token invalid.
//
//   - STAFF needs staffId, LOCATION_SUPER_USER locationIds (1 to 1,000), CLIENT
//     clientAccountId. Claims for other roles are ignored.
//   - permissions narrows what the role may do, and never widens it: the bearer has the
//     permissions that are both in the role and in the claim. Names that are unknown, or
//     that the role does not have, are ignored. An empty array leaves no permission.
//   - exp, nbf and iat are checked with a leeway, 30 seconds by default.
//
// The key decides the signature's algorithm (RS256, ES256 or EdDSA for public keys, HS256
// only for the development key), not the token. Keys in a token (jwk, jku, x5c, x5u) are
// ignored, and a token with critical extensions (crit) is refused, as RFC 7515 requires.
//
// Keys come from one PEM file, or from a JSON Web Key Set (RFC 7517) in a file or at a
// URL, which is read again while the server runs: a new key is valid from the first token
// that names it, a removed key for five minutes more, or one second more in a file. The
// keys of a set that can't be read any more are valid for a day.
package auth
