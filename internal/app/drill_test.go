package app_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// drillCreate makes a client with a social security number, which the key ring
// encrypts.
const drillCreate = `mutation ($name: String!, $key: String) {
	createClient(input: {firstName: $name, lastName: "Drill", emailAddress: "drill@example.com", ssn: "219-09-9999"}, idempotencyKey: $key) {
		client { clientId } userErrors { code }
	}
}`

// create makes a client of that name and returns its id.
func (s *serving) create(t *testing.T, token, name, key string) string {
	t.Helper()
	a, err := s.post(t.Context(), token, "", drillCreate, map[string]any{"name": name, "key": key})
	if err != nil || len(a.Errors) > 0 {
		t.Fatalf("%v: %s", err, a.body)
	}
	made, _ := a.Data["createClient"].(map[string]any)
	node, _ := made["client"].(map[string]any)
	id, _ := node["clientId"].(string)
	if id == "" {
		t.Fatalf("it answers %s", a.body)
	}
	return id
}

// wantDrill wants a client to have its name and its number.
func (s *serving) wantDrill(t *testing.T, token, id, name string) {
	t.Helper()
	a, err := s.post(t.Context(), token, "", `query ($id: ID!) { client(clientId: $id) { firstName ssn } }`, map[string]any{"id": id})
	if want := `{"firstName":"` + name + `","ssn":"219-09-9999"}`; err != nil || !bytes.Contains(a.body, []byte(want)) {
		t.Errorf("client %s is answered as %s, %v; want %s", id, a.body, err, want)
	}
}

// TestRestoreDrill copies the folder of a server that was stopped, goes on, loses
// all of it, and restores the copy.
func TestRestoreDrill(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	s := serve(t, dir)
	token := s.owner(t)
	kept := s.create(t, token, "Kept", "kept")
	stop(t, s)
	backup := filepath.Join(t.TempDir(), "backup")
	copied(t, dir, backup)

	s = serve(t, dir)
	lost := s.create(t, token, "Lost", "lost")
	stop(t, s)
	restored := filepath.Join(t.TempDir(), "restored")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	copied(t, backup, restored)

	s = serve(t, restored)
	if r := run(t, "doctor", "--data-dir", restored); r.code != 0 {
		t.Errorf("the doctor finds %s", r.stdout)
	}
	s.wantDrill(t, token, kept, "Kept")
	if again := s.create(t, token, "Kept", "kept"); again != kept {
		t.Errorf("what was done before the copy is done again: client %s", again)
	}
	a, err := s.post(t.Context(), token, "", `query ($id: ID!) { client(clientId: $id) { clientId } clientCount }`, map[string]any{"id": lost})
	if err != nil || !strings.Contains(string(a.body), `{"client":null,"clientCount":1}`) {
		t.Errorf("what was done after the copy is answered as %s, %v", a.body, err)
	}
	if next := s.create(t, token, "Next", "next"); next == kept {
		t.Error("the id of a client is given again")
	}
}

// copied copies a folder as it is, with the modes of its files.
func copied(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// ring is a key ring as the operator changes it.
func ring(t *testing.T, change func(*keyset.Manager)) (manager *keyset.Manager, file func() string) {
	t.Helper()
	manager = keyset.NewManager()
	change(manager)
	return manager, func() string {
		handle, err := manager.Handle()
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
			t.Fatal(err)
		}
		return written(t, "keyset", text.Bytes())
	}
}

// TestKeyRingIsRotatedWhileServersRun adds a key, then promotes it, with two servers
// that are restarted one by one.
func TestKeyRingIsRotatedWhileServersRun(t *testing.T) {
	t.Parallel()
	var first, second uint32
	manager, file := ring(t, func(m *keyset.Manager) {
		var err error
		if first, err = m.Add(aead.AES256GCMKeyTemplate()); err == nil {
			err = m.SetPrimary(first)
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	keeper := serve(t, dataDir(t))
	token := keeper.owner(t)
	server := func(file string) *serving {
		t.Helper()
		return serve(t, keeper.dir, "--mongodb-uri", keeper.databaseURI(), "--database", "rotated", "--ssn-keyset-file", file)
	}
	old := file()
	a, b := server(old), server(old)
	before := a.create(t, token, "Before", "before")

	var err error
	if second, err = manager.Add(aead.AES256GCMKeyTemplate()); err != nil {
		t.Fatal(err)
	}
	added := file()
	stop(t, a)
	a = server(added)
	// One has both keys, the other the old one alone: each reads what the other writes.
	during := a.create(t, token, "During", "during")
	b.wantDrill(t, token, during, "During")
	stop(t, b)
	b = server(added)

	if err := manager.SetPrimary(second); err != nil {
		t.Fatal(err)
	}
	promoted := file()
	stop(t, a)
	a = server(promoted)
	after := a.create(t, token, "After", "after")
	for _, s := range []*serving{a, b} {
		s.wantDrill(t, token, before, "Before")
		s.wantDrill(t, token, during, "During")
		s.wantDrill(t, token, after, "After")
	}
	stop(t, b)
	b = server(promoted)
	if again := b.create(t, token, "Before", "before"); again != before {
		t.Errorf("an idempotency key of before the rotation is not known: client %s", again)
	}
	// A server that has the old ring still says so, before it serves.
	r := run(t, "doctor", "--mongodb-uri", keeper.databaseURI(), "--database", "rotated", "--data-dir", keeper.dir, "--ssn-keyset-file", old)
	if r.code != 1 || !strings.Contains(r.stdout, "decrypt what is stored") {
		t.Errorf("the doctor says of the old ring, with exit code %d: %s", r.code, r.stdout[max(0, len(r.stdout)-900):])
	}
}
