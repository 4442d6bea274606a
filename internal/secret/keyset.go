package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"clientgraph/internal/keyfile"
)

// developmentKeysetFile is the file in the data folder with the keyset of development
// mode.
const developmentKeysetFile = "development.keyset"

// ErrNoKeyset is the error of LoadKeyset without a file and a value.
var ErrNoKeyset = errors.New("no keyset: give a file or an environment value")

// errBadKeyset replaces all errors of parsing a keyset, because their texts have parts of
// it.
var errBadKeyset = errors.New("not a tink AEAD keyset in clear text, as JSON or binary, with a primary key that is enabled")

// LoadKeyset returns the keyset for OpenCipher: the content of file, or env, the value of
// an environment variable, which is the keyset as JSON, or base64 of its JSON or binary
// form. Both together are an error, so that a forgotten one can't win; neither is
// ErrNoKeyset. The file's permissions are not checked here: mounted secrets are often
// readable by a group.
func LoadKeyset(file, env string) ([]byte, error) {
	env = strings.TrimSpace(env)
	switch {
	case file == "" && env == "":
		return nil, ErrNoKeyset
	case file != "" && env != "":
		return nil, errors.New("two keysets: give a file or an environment value, not both")
	case file != "":
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the keyset: %w", err)
		}
		return content, nil
	case strings.HasPrefix(env, "{"):
		return []byte(env), nil
	}
	content, err := base64.StdEncoding.DecodeString(env)
	if err != nil {
		return nil, errors.New("the keyset's environment value is neither JSON nor base64")
	}
	return content, nil
}

// DevelopmentKeyset returns the keyset of development mode in dataDir, with one
// AES256-GCM key, and creates it if there is none. Processes that start at the same time
// get the same keyset. If the file is deleted, what it encrypted can't be read any more.
func DevelopmentKeyset(dataDir string) ([]byte, error) {
	content, err := keyfile.LoadOrCreate(filepath.Join(dataDir, developmentKeysetFile), NewKeyset)
	if err != nil {
		return nil, fmt.Errorf("development keyset: %w", err)
	}
	return content, nil
}

// NewKeyset returns a keyset with one new AES256-GCM key, in clear text as JSON.
func NewKeyset() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make a keyset: %w", err)
	}
	return writeKeyset(handle)
}

func writeKeyset(handle *keyset.Handle) ([]byte, error) {
	var content bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&content)); err != nil {
		return nil, fmt.Errorf("write a keyset: %w", err)
	}
	return content.Bytes(), nil
}

// readKeyset parses a keyset, as JSON or binary.
func readKeyset(content []byte) (*keyset.Handle, error) {
	var reader keyset.Reader = keyset.NewBinaryReader(bytes.NewReader(content))
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		reader = keyset.NewJSONReader(bytes.NewReader(content))
	}
	handle, err := insecurecleartextkeyset.Read(reader)
	if err != nil {
		return nil, errBadKeyset
	}
	return handle, nil
}
