package auth

import "strings"

// Bearer returns the token of an Authorization header (RFC 6750): the scheme Bearer in
// any case, spaces, and one token. ok is false for anything else.
func Bearer(header string) (token string, ok bool) {
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	token = strings.Trim(rest, " ")
	for i := range len(token) {
		if c := token[i]; c <= ' ' || c >= 0x7f {
			return "", false
		}
	}
	return token, token != ""
}
