package apitest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// hasher hashes passwords in the format of package secret, with little time and memory,
// because tests of the API do not test the cost of hashes.
type hasher struct{}

// Hash implements writing.Hasher.
func (hasher) Hash(_ context.Context, password string) (string, error) {
	const memory, passes, threads = 8, 1, 1
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	hash := argon2.IDKey([]byte(password), salt, passes, memory, threads, 32)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}
