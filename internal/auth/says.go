package auth

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Says returns what a token says, without verifying it, to show it to its bearer: its
// algorithm, its key, and the known claims. It never has the signature.
func Says(token string) string {
	claims := jwt.MapClaims{}
	parsed, _, err := jwt.NewParser(jwt.WithJSONNumber()).ParseUnverified(token, claims)
	if err != nil {
		return "it is not a JSON Web Token"
	}
	said := []string{fmt.Sprintf("alg %v", parsed.Header["alg"])}
	if id, named := parsed.Header["kid"]; named {
		said = append(said, fmt.Sprintf("kid %.64v", id))
	}
	for _, name := range []string{"iss", "aud", "sub", "businessId", "role", "permissions", "staffId", "locationIds", "clientAccountId", "exp", "nbf", "iat"} {
		value, given := claims[name]
		if !given {
			continue
		}
		if number, isNumber := value.(json.Number); isNumber && slices.Contains([]string{"exp", "nbf", "iat"}, name) {
			if seconds, err := number.Int64(); err == nil {
				value = time.Unix(seconds, 0).UTC().Format(time.RFC3339)
			}
		}
		said = append(said, fmt.Sprintf("%s %.200v", name, value))
	}
	return "it says " + strings.Join(said, ", ")
}
