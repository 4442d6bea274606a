package auth

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"clientgraph/internal/client"
	"clientgraph/internal/keyfile"
)

// Issuer and audience of development tokens.
const (
	DevelopmentIssuer   = "clientgraph-development"
	DevelopmentAudience = "clientgraph"
)

const (
	// developmentKeyFile is the name of the development key in the data folder.
	developmentKeyFile = "development.key"
	// developmentKeyBytes is the length of an HS256 key: the length of its hash.
	developmentKeyBytes = 32
)

// DevelopmentKey returns the key in dataDir that signs development tokens, and creates it
// if there is none. Processes that start at the same time get the same key.
func DevelopmentKey(dataDir string) ([]byte, error) {
	path := filepath.Join(dataDir, developmentKeyFile)
	key, err := keyfile.LoadOrCreate(path, func() ([]byte, error) {
		key := make([]byte, developmentKeyBytes)
		_, err := rand.Read(key)
		return key, err
	})
	if err != nil {
		return nil, fmt.Errorf("development key: %w", err)
	}
	if len(key) != developmentKeyBytes {
		return nil, fmt.Errorf("development key: %s must hold %d bytes: delete it, and a new one is made", path, developmentKeyBytes)
	}
	return key, nil
}

// Development makes and verifies the tokens of development mode. Verify accepts only
// HS256 with the development key.
type Development struct {
	*Verifier
	key *verificationKey
	now func() time.Time
}

// NewDevelopment returns the Development with a 32-byte key of DevelopmentKey; now is the
// clock, time.Now if nil.
func NewDevelopment(key []byte, now func() time.Time) (*Development, error) {
	if len(key) != developmentKeyBytes {
		return nil, fmt.Errorf("a development key has %d bytes", developmentKeyBytes)
	}
	if now == nil {
		now = time.Now
	}
	signing := newKey(jwt.SigningMethodHS256, bytes.Clone(key))
	cfg := Config{Issuer: DevelopmentIssuer, Audience: DevelopmentAudience}
	return &Development{Verifier: newVerifier(cfg, staticKey{signing}, now), key: signing, now: now}, nil
}

// Token returns a token for id that is valid for ttl, rounded up to a second. Verify
// returns id for it, without fields that do not belong to the role. An id that no token
// can express is an error. Permissions must be some of the role's; use Role.Permissions()
// for all of them.
func (d *Development) Token(id client.Identity, ttl time.Duration) (string, error) {
	if ttl <= 0 {
		return "", errors.New("a token must be good for some time: give a positive duration")
	}
	if err := checkIdentity(id); err != nil {
		return "", err
	}
	now := d.now()
	said := jwt.MapClaims{
		"iss": DevelopmentIssuer, "aud": DevelopmentAudience,
		"iat": now.Unix(), "exp": now.Add(ttl + time.Second - 1).Unix(),
		"sub": id.User, "businessId": id.BusinessID, "role": id.Role,
	}
	switch id.Role {
	case client.RoleOwner, client.RoleAdmin:
	case client.RoleLocationSuperUser:
		said["locationIds"] = id.LocationIDs
	case client.RoleStaff:
		said["staffId"] = id.StaffID
	case client.RoleClient:
		said["clientAccountId"] = id.ClientAccountID
	}
	if id.Permissions != id.Role.Permissions() {
		said["permissions"] = id.Permissions.Names()
	}
	token, err := jwt.NewWithClaims(d.key.method, said).SignedString(d.key.material())
	if err != nil {
		return "", fmt.Errorf("sign a development token: %w", err)
	}
	if len(token) > maxTokenBytes {
		return "", fmt.Errorf("the token would be longer than %d bytes: give fewer locations", maxTokenBytes)
	}
	return token, nil
}

// checkIdentity returns an error for an identity that a token can't express.
func checkIdentity(id client.Identity) error {
	if _, err := client.ParseRole(string(id.Role)); err != nil {
		return err
	}
	switch {
	case id.BusinessID <= 0:
		return errors.New("a token needs a business: give its positive id")
	case !isUserName(id.User):
		return fmt.Errorf("a token needs a user name: 1 to %d characters, not blank, no control characters", maxUserLength)
	case !id.Role.Permissions().Has(id.Permissions):
		return errors.New("a token narrows what its role may do: leave out the permissions that the role does not have")
	case id.Role == client.RoleStaff && id.StaffID <= 0:
		return errors.New("a STAFF token needs a staff member: give a positive staff id")
	case id.Role == client.RoleClient && id.ClientAccountID <= 0:
		return errors.New("a CLIENT token needs an account: give a positive client account id")
	case id.Role == client.RoleLocationSuperUser && (len(id.LocationIDs) == 0 || len(id.LocationIDs) > maxLocations):
		return fmt.Errorf("a LOCATION_SUPER_USER token needs 1 to %d locations", maxLocations)
	}
	if id.Role == client.RoleLocationSuperUser {
		for _, location := range id.LocationIDs {
			if location <= 0 {
				return errors.New("the ids of locations are positive")
			}
		}
	}
	return nil
}
