package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/client"
)

// persistedBytes bounds the text of the documents that callers had us keep.
const persistedBytes = 4 << 20

// persisted knows documents by what stands for them: automatic persisted queries
// by the hash of their text, for as long as there is room, and trusted
// documents, for good.
type persisted struct {
	automatic *otter.Cache[string, string]
	// trusted are the documents that were published with front ends, by hash and by
	// id; when only is set, nothing else is executed.
	trusted map[string]string
	only    bool
}

func newPersisted(trusted TrustedDocuments, only bool) *persisted {
	return &persisted{
		automatic: otter.Must(&otter.Options[string, string]{
			MaximumWeight: persistedBytes,
			Weigher:       func(hash, text string) uint32 { return uint32(len(hash) + len(text)) }, //nolint:gosec // A document has 64 KiB.
		}),
		trusted: trusted,
		only:    only,
	}
}

// find puts in the document that a request only names. Errors: BAD_REQUEST,
// PERSISTED_QUERY_NOT_FOUND, OPERATION_NOT_TRUSTED.
func (p *persisted) find(asked *request) *client.Error {
	hash, err := asked.hash()
	if err != nil {
		return err
	}
	name := asked.documentID
	if name == "" {
		name = hash
	}
	switch {
	case asked.Query != "" && hash != "" && hash != hashOf(asked.Query):
		return &client.Error{Code: codeBadRequest, Message: "sha256Hash is not the SHA-256 of query, in hexadecimal"}
	case strings.TrimSpace(asked.Query) != "":
		name = hashOf(asked.Query)
	case name == "" || asked.Query != "":
		return &client.Error{Code: codeBadRequest, Message: "query holds the document to execute"}
	default:
		text, known := p.trusted[name]
		if !known && asked.documentID == "" {
			text, known = p.automatic.GetIfPresent(name)
		}
		if !known && !p.only {
			return &client.Error{Code: codeNotPersisted, Message: "this document is not known here; send it whole, once, with its hash"}
		}
		asked.Query = text
	}
	if _, trusted := p.trusted[name]; p.only && !trusted {
		return &client.Error{Code: codeNotTrusted, Message: "only documents that were published are executed here; see that this one is among them"}
	}
	return nil
}

// keep remembers a document that turned out to be valid, for a request that
// brought its hash.
func (p *persisted) keep(asked *request) {
	if hash, err := asked.hash(); err == nil && hash != "" && !p.only {
		p.automatic.Set(hash, asked.Query)
	}
}

// hash is what a request says to be the hash of its document; empty for none.
func (r *request) hash() (string, *client.Error) {
	extension, given := r.Extensions["persistedQuery"]
	if !given {
		return "", nil
	}
	fields, _ := extension.(map[string]any)
	hash, _ := fields["sha256Hash"].(string)
	raw, err := hex.DecodeString(hash)
	if version, _ := fields["version"].(json.Number); version != "1" || err != nil || len(raw) != sha256.Size {
		return "", &client.Error{Code: codeBadRequest, Message: "persistedQuery is an object of version, 1, and sha256Hash, 64 hexadecimal digits"}
	}
	return strings.ToLower(hash), nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TrustedDocuments are texts of documents by the hash of the text and, where
// their file names them otherwise, by that id.
type TrustedDocuments map[string]string

// ReadTrustedDocuments reads a file of trusted documents: a JSON object of texts
// by id, or Apollo's manifest of persisted queries. Each must be valid in the
// schema.
func ReadTrustedDocuments(name string, schema *ast.Schema) (TrustedDocuments, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the trusted documents: %w", err)
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
			texts[operation.ID] = operation.Body
		}
	} else if err := json.Unmarshal(data, &texts); err != nil {
		return nil, fmt.Errorf("the file %s is no JSON object of documents by id, and no manifest of them", name)
	}
	trusted := TrustedDocuments{}
	for id, text := range texts {
		if _, errs := gqlparser.LoadQueryWithRules(schema, text, nil); errs != nil {
			return nil, fmt.Errorf("the trusted document %s is not valid: %w", id, errs)
		}
		trusted[id], trusted[hashOf(text)] = text, text
	}
	return trusted, nil
}
