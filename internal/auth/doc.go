// Package auth owns access tokens: it turns a JSON Web Token into the
// client.Identity of its bearer, or refuses it, and makes the tokens that
// development mode uses.
//
// A token's claims are businessId, sub (the user name), role, by role staffId,
// locationIds or clientAccountId, optionally permissions, and iss, aud, exp, nbf
// and iat. Ids are JSON integers or strings of decimal digits; they are read
// exactly, beyond 2^53 too. Names of claims match to the letter, and a name that
// comes twice, or a claim that is null where it counts, makes the token invalid.
//
//   - STAFF needs staffId, LOCATION_SUPER_USER locationIds (1 to 1,000), CLIENT
//     clientAccountId. Claims of other roles are ignored, whatever they hold.
//   - permissions narrows what the role may do, and never widens it: the bearer
//     has what both the role and the claim name. A name that is unknown, or that
//     the role does not have, is ignored. An empty array leaves nothing.
//   - exp, nbf and iat are checked with a leeway, 30 seconds by default.
//
// The signature's algorithm is the one that belongs to the key (RS256, ES256 or
// EdDSA for public keys, HS256 for the development key alone), whatever the token
// says. Keys that a token brings along (jwk, jku, x5c, x5u) are never looked at,
// and one with critical extensions (crit) is refused, as RFC 7515 demands.
//
// Keys come from one PEM file, or from a JSON Web Key Set (RFC 7517) in a file or
// behind a URL, which is read anew while the server runs: a new key is good from
// the first token that names it, one that was taken out for five minutes more, a
// second more in a file. A set that can't be read any more is good for a day.
package auth
