package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	"pgregory.net/rapid"
)

const plaintext = "078-05-1120"

func newCipher(t *testing.T) *Cipher {
	t.Helper()
	content, err := NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	return open(t, content)
}

func open(t *testing.T, content []byte) *Cipher {
	t.Helper()
	c, err := OpenCipher(content)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func seal(t *testing.T, c *Cipher) []byte {
	t.Helper()
	ciphertext, err := c.Seal(plaintext, 43111, 4658091, "ssn")
	if err != nil {
		t.Fatal(err)
	}
	return ciphertext
}

// wantShut fails unless the place's ciphertext is refused without a trace of the
// plaintext.
func wantShut(t *testing.T, c *Cipher, ciphertext []byte, business, client int64, field string, want error) {
	t.Helper()
	got, err := c.Open(ciphertext, business, client, field)
	if got != "" || !errors.Is(err, want) {
		t.Fatalf("Open answers %d characters and error %v, want none and %v", len(got), err, want)
	}
	if strings.Contains(err.Error(), plaintext) {
		t.Error("the error holds the plaintext")
	}
}

func TestCipherOpensWhatItSealed(t *testing.T) {
	c := newCipher(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		business := rapid.Int64Min(1).Draw(t, "business")
		client := rapid.Int64Min(1).Draw(t, "client")
		field := rapid.StringN(1, 20, -1).Draw(t, "field")
		ciphertext, err := c.Seal(text, business, client, field)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Open(ciphertext, business, client, field); err != nil || got != text {
			t.Fatalf("Open = %q, %v, want %q", got, err, text)
		}
	})
}

func TestSealHidesThePlaintextAndNeverRepeatsItself(t *testing.T) {
	c := newCipher(t)
	first, second := seal(t, c), seal(t, c)
	if bytes.Contains(first, []byte(plaintext)) {
		t.Error("the ciphertext holds the plaintext")
	}
	if bytes.Equal(first, second) {
		t.Error("two ciphertexts of one value are equal")
	}
}

func TestCiphertextDoesNotOpenElsewhere(t *testing.T) {
	c := newCipher(t)
	ciphertext := seal(t, c)
	for name, place := range map[string]struct {
		business, client int64
		field            string
	}{
		"another business":        {43112, 4658091, "ssn"},
		"another client":          {43111, 4658092, "ssn"},
		"another field":           {43111, 4658091, "password"},
		"a longer field":          {43111, 4658091, "ssn2"},
		"business and client mix": {4658091, 43111, "ssn"},
	} {
		t.Run(name, func(t *testing.T) {
			wantShut(t, c, ciphertext, place.business, place.client, place.field, ErrDoesNotOpen)
		})
	}
	if _, err := c.Open(ciphertext, 43111, 4658091, "ssn"); err != nil {
		t.Errorf("it does not open at its own place: %v", err)
	}
}

func TestCipherDemandsAPlace(t *testing.T) {
	c := newCipher(t)
	ciphertext := seal(t, c)
	for _, place := range []struct {
		business, client int64
		field            string
	}{{0, 1, "ssn"}, {-1, 1, "ssn"}, {1, 0, "ssn"}, {1, -1, "ssn"}, {1, 1, ""}} {
		_, err := c.Seal(plaintext, place.business, place.client, place.field)
		if !errors.Is(err, ErrUnbound) || strings.Contains(err.Error(), plaintext) {
			t.Errorf("Seal at %v: error = %v, want ErrUnbound", place, err)
		}
		wantShut(t, c, ciphertext, place.business, place.client, place.field, ErrUnbound)
	}
}

func TestChangedCiphertextDoesNotOpen(t *testing.T) {
	c := newCipher(t)
	ciphertext := seal(t, c)
	for i := range ciphertext {
		changed := bytes.Clone(ciphertext)
		changed[i] ^= 1
		wantShut(t, c, changed, 43111, 4658091, "ssn", ErrDoesNotOpen)
		wantShut(t, c, ciphertext[:i], 43111, 4658091, "ssn", ErrDoesNotOpen)
	}
	wantShut(t, c, append(bytes.Clone(ciphertext), 0), 43111, 4658091, "ssn", ErrDoesNotOpen)
	wantShut(t, newCipher(t), ciphertext, 43111, 4658091, "ssn", ErrDoesNotOpen)
}

func TestRotatedKeysetOpensOldCiphertexts(t *testing.T) {
	content, err := NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	before := open(t, content)
	old := seal(t, before)

	handle, err := readKeyset(content)
	if err != nil {
		t.Fatal(err)
	}
	oldKey := handle.KeysetInfo().GetPrimaryKeyId()
	manager := keyset.NewManagerFromHandle(handle)
	newKey, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		t.Fatal(err)
	}
	if err := manager.SetPrimary(newKey); err != nil {
		t.Fatal(err)
	}
	after := open(t, written(t, manager))
	if got, err := after.Open(old, 43111, 4658091, "ssn"); err != nil || got != plaintext {
		t.Errorf("the old ciphertext under the rotated keyset: %q, %v", got, err)
	}
	fresh := seal(t, after)
	wantShut(t, before, fresh, 43111, 4658091, "ssn", ErrDoesNotOpen)

	if err := manager.Disable(oldKey); err != nil {
		t.Fatal(err)
	}
	retired := open(t, written(t, manager))
	wantShut(t, retired, old, 43111, 4658091, "ssn", ErrDoesNotOpen)
	if _, err := retired.Open(fresh, 43111, 4658091, "ssn"); err != nil {
		t.Errorf("what was written after the rotation does not open without the old key: %v", err)
	}
}

func written(t *testing.T, manager *keyset.Manager) []byte {
	t.Helper()
	handle, err := manager.Handle()
	if err != nil {
		t.Fatal(err)
	}
	content, err := writeKeyset(handle)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestOpenCipherTakesBinaryKeysets(t *testing.T) {
	content, err := NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, append(append([]byte("\n "), content...), '\n'))
	if got, err := open(t, binaryOf(t, content)).Open(seal(t, c), 43111, 4658091, "ssn"); err != nil || got != plaintext {
		t.Errorf("Open = %q, %v", got, err)
	}
}

func binaryOf(t *testing.T, content []byte) []byte {
	t.Helper()
	handle, err := readKeyset(content)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewBinaryWriter(&out)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOpenCipherRefusesBadKeysetsWithoutQuotingThem(t *testing.T) {
	content, err := NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	macs, err := keyset.NewHandle(mac.HMACSHA256Tag128KeyTemplate())
	if err != nil {
		t.Fatal(err)
	}
	wrongKind, err := writeKeyset(macs)
	if err != nil {
		t.Fatal(err)
	}
	good := string(content)
	for name, bad := range map[string]string{
		"empty":            "",
		"text":             "canary",
		"other JSON":       `{"canary":"canary"}`,
		"no keys":          `{"primaryKeyId":1,"key":[]}`,
		"cut":              good[:len(good)-10],
		"two of them":      good + good,
		"disabled primary": strings.Replace(good, "ENABLED", "DISABLED", 1),
		"no such primary":  strings.Replace(good, `"primaryKeyId":`, `"primaryKeyId":1`, 1),
		"short key":        regexp.MustCompile(`"value":"[^"]*"`).ReplaceAllString(good, `"value":"GgZjYW5hcnk="`),
		"MAC keys":         string(wrongKind),
		"encrypted":        `{"encryptedKeyset":"Y2FuYXJ5Y2FuYXJ5","keysetInfo":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if bad == good {
				t.Fatal("the case changed nothing")
			}
			c, err := OpenCipher([]byte(bad))
			if err == nil || c != nil {
				t.Fatal("the keyset was accepted")
			}
			if !errors.Is(err, errBadKeyset) {
				t.Errorf("error = %v, want the one that quotes nothing", err)
			}
		})
	}
}

func TestPrintingACipherShowsNoKey(t *testing.T) {
	content, err := NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	handle, err := readKeyset(content)
	if err != nil {
		t.Fatal(err)
	}
	// The last 32 bytes of the serialised key are the AES key.
	value := insecurecleartextkeyset.KeysetMaterial(handle).GetKey()[0].GetKeyData().GetValue()
	key := value[len(value)-32:]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		text := fmt.Sprintf(verb, open(t, content))
		for _, form := range []string{string(key), fmt.Sprint(key), fmt.Sprintf("%x", key), fmt.Sprintf("%#v", key)} {
			if strings.Contains(text, strings.Trim(form, "[]")) {
				t.Errorf("%s shows the key", verb)
			}
		}
	}
}

func TestDevelopmentKeysetStays(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	first, err := DevelopmentKeyset(folder)
	if err != nil {
		t.Fatal(err)
	}
	second, err := DevelopmentKeyset(folder)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := open(t, second).Open(seal(t, open(t, first)), 43111, 4658091, "ssn"); err != nil || got != plaintext {
		t.Errorf("a value sealed before a restart: %q, %v", got, err)
	}
	info, err := os.Stat(filepath.Join(folder, "development.keyset"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %04o, want 0600", info.Mode().Perm())
	}
}

func TestLoadKeysetTakesAFileOrAnEnvironmentValue(t *testing.T) {
	content, err := NewKeyset()
	if err != nil {
		t.Fatal(err)
	}
	binary := binaryOf(t, content)
	file := filepath.Join(t.TempDir(), "keyset")
	if err := os.WriteFile(file, binary, 0o600); err != nil {
		t.Fatal(err)
	}
	sealed := seal(t, open(t, content))
	for name, given := range map[string]struct{ file, env string }{
		"file":          {file: file},
		"JSON":          {env: " " + string(content) + "\n"},
		"base64 JSON":   {env: base64.StdEncoding.EncodeToString(content)},
		"base64 binary": {env: base64.StdEncoding.EncodeToString(binary) + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			loaded, err := LoadKeyset(given.file, given.env)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := open(t, loaded).Open(sealed, 43111, 4658091, "ssn"); err != nil || got != plaintext {
				t.Errorf("Open = %q, %v", got, err)
			}
		})
	}
	if _, err := LoadKeyset("", " "); !errors.Is(err, ErrNoKeyset) {
		t.Errorf("nothing given: error = %v, want ErrNoKeyset", err)
	}
	if _, err := LoadKeyset(file, string(content)); err == nil {
		t.Error("both given: no error")
	}
	if _, err := LoadKeyset(file+".missing", ""); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: error = %v, want os.ErrNotExist", err)
	}
	if _, err := LoadKeyset("", "canary!"); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a broken value: error = %v, want one that does not quote it", err)
	}
}
