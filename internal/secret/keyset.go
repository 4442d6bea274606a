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

// developmentKeysetFile is the name, in the data folder, of the keyset that
// development mode makes for itself.
const developmentKeysetFile = "development.keyset"

// ErrNoKeyset is what LoadKeyset returns when it is given neither a file nor a
// value.
var ErrNoKeyset = errors.New("no keyset: give a file or an environment value")

// errBadKeyset stands for whatever is wrong with a keyset's text: the reasons
// that parsers give quote it.
var errBadKeyset = errors.New("not a tink AEAD keyset in clear text, as JSON or binary, with a primary key that is enabled")

// LoadKeyset returns the keyset that OpenCipher takes: the content of file, or
// env, the value of an environment variable, which is the keyset's JSON or the
// base64 of its JSON or binary form. To give both is an error, so that a
// forgotten one cannot win; to give neither is ErrNoKeyset. The file's
// permissions are the operator's affair: mounted secrets are often readable by a
// group.
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

// DevelopmentKeyset returns the keyset of development mode, in dataDir, making
// it when there is none: one AES256-GCM key. Processes that start together get
// the same. Whoever deletes the file can no longer read what it encrypted.
func DevelopmentKeyset(dataDir string) ([]byte, error) {
	content, err := keyfile.LoadOrCreate(filepath.Join(dataDir, developmentKeysetFile), NewKeyset)
	if err != nil {
		return nil, fmt.Errorf("development keyset: %w", err)
	}
	return content, nil
}

// NewKeyset returns a keyset with one new AES256-GCM key, in clear, as JSON.
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

// readKeyset takes JSON and binary keysets.
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
