package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"clientgraph/internal/client"
)

// persistedBytes bounds the text of the documents that callers registered.
const persistedBytes = 4 << 20

// persisted finds documents by hash or id: automatic persisted queries, while there is
// room for them, and trusted documents, always.
type persisted struct {
	// automatic is nil if callers can't register documents.
	automatic *shares[string]
	// trusted are the documents that were published with front ends, by hash and by id.
	// If only is set, no others are executed.
	trusted map[string]string
	only    bool
}

func newPersisted(o Options) *persisted {
	p := &persisted{trusted: o.Trusted, only: o.TrustedOnly}
	if !o.NotPersisted && !o.TrustedOnly {
		p.automatic = newShares[string](persistedBytes)
	}
	return p
}

// find sets the document of a request that has only a hash or id. Errors: BAD_REQUEST,
// PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED, OPERATION_NOT_TRUSTED.
func (p *persisted) find(asked *request) *client.Error {
	hash, err := asked.hash()
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(asked.documentID, hashPrefix)
	if name == "" {
		name = hash
	}
	switch {
	case asked.Query != "" && hash != "" && hash != hashOf(asked.Query):
		return &client.Error{Code: codeBadRequest, Message: "sha256Hash is not the SHA-256 of query, in hexadecimal"}
	case strings.TrimSpace(asked.Query) != "":
		if p.only {
			name = hashOf(asked.Query)
		}
	case name == "" || asked.Query != "":
		return &client.Error{Code: codeBadRequest, Message: "send the document to execute as query"}
	default:
		text, known := p.trusted[name]
		if !known && asked.documentID == "" && p.automatic != nil {
			text, known = p.automatic.get(name)
		}
		if !known && !p.only {
			return p.unknown()
		}
		asked.Query = text
	}
	if _, trusted := p.trusted[name]; p.only && !trusted {
		return &client.Error{Code: codeNotTrusted, Message: "only published documents are executed here; publish this one first"}
	}
	return nil
}

// unknown is the error for an unknown hash. PERSISTED_QUERY_NOT_FOUND makes front ends
// send the document with its hash, PERSISTED_QUERY_NOT_SUPPORTED makes them send no
// hashes any more.
func (p *persisted) unknown() *client.Error {
	if p.automatic == nil {
		return &client.Error{Code: codeNotPersistable, Message: "this server stores no documents by hash, and none was published with this hash; send query"}
	}
	return &client.Error{Code: codeNotPersisted, Message: "no document with this hash is known; send it once as query, with its hash"}
}

// keep stores a valid document that a principal sent with its hash.
func (p *persisted) keep(owner string, asked *request) {
	if hash, err := asked.hash(); err == nil && hash != "" && p.automatic != nil {
		p.automatic.add(owner, hash, asked.Query, len(hash)+len(asked.Query))
	}
}

// hash returns the hash that a request sends for its document; empty for none.
func (r *request) hash() (string, *client.Error) {
	extension, given := r.Extensions["persistedQuery"]
	if !given {
		return "", nil
	}
	fields, _ := extension.(map[string]any)
	hash, _ := fields["sha256Hash"].(string)
	raw, err := hex.DecodeString(hash)
	if version, _ := fields["version"].(json.Number); version != "1" || err != nil || len(raw) != sha256.Size {
		return "", &client.Error{Code: codeBadRequest, Message: "persistedQuery is an object with version 1 and a sha256Hash of 64 hexadecimal digits"}
	}
	return strings.ToLower(hash), nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// hashPrefix is the prefix of ids that are hashes, by the specification of persisted
// documents.
const hashPrefix = "sha256:"

// TrustedDocuments are texts of documents by the hash of the text and, if the file has
// other ids, also by those.
type TrustedDocuments map[string]string

// Names returns the operation names of the documents.
func (d TrustedDocuments) Names() []string {
	var names []string
	for _, text := range d {
		document, err := parser.ParseQuery(&ast.Source{Input: text})
		if err != nil {
			continue
		}
		for _, operation := range document.Operations {
			names = append(names, operation.Name)
		}
	}
	return names
}

// ReadTrustedDocuments reads a file of trusted documents: a JSON object of texts by id,
// or Apollo's manifest of persisted queries. Each must be valid in the schema. An id of
// 64 hexadecimal digits, or with the prefix sha256:, must be the hash of its text. Errors
// have one line and name the document.
func ReadTrustedDocuments(name string, schema *ast.Schema) (TrustedDocuments, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	texts, err := readDocuments(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	trusted := TrustedDocuments{}
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		text := texts[id]
		if _, errs := gqlparser.LoadQueryWithRules(schema, text, nil); len(errs) > 0 {
			return nil, fmt.Errorf("%s: the document %q is not valid in this server's schema: %w", name, id, errs[0])
		}
		hash, isHash := strings.CutPrefix(id, hashPrefix)
		if raw, err := hex.DecodeString(hash); err == nil && len(raw) == sha256.Size {
			isHash, hash = true, strings.ToLower(hash)
		}
		if isHash && hash != hashOf(text) {
			return nil, fmt.Errorf("%s: the id of the document %q is not the SHA-256 of its text", name, id)
		}
		trusted[id], trusted[hashOf(text)] = text, text
	}
	return trusted, nil
}

// readDocuments reads either format of the file.
func readDocuments(data []byte) (map[string]string, error) {
	notAsDescribed := errors.New("it is neither a JSON object of documents by id nor a manifest of persisted queries")
	if _, err := readJSON(data, math.MaxInt); err != nil {
		return nil, notAsDescribed
	}
	var manifest struct {
		Operations []struct {
			ID   string `json:"id"`
			Body string `json:"body"`
		} `json:"operations"`
	}
	texts := map[string]string{}
	if err := json.Unmarshal(data, &manifest); err == nil && manifest.Operations != nil {
		for _, operation := range manifest.Operations {
			if _, twice := texts[operation.ID]; twice {
				return nil, fmt.Errorf("two operations have the id %q", operation.ID)
			}
			texts[operation.ID] = operation.Body
		}
	} else if err := json.Unmarshal(data, &texts); err != nil {
		return nil, notAsDescribed
	}
	if len(texts) == 0 {
		return nil, errors.New("it has no document")
	}
	return texts, nil
}
