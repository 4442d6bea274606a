package standin

import (
	"crypto/sha256"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// Loaders of some servers close a batch by time, so the ids in one find differ from run
// to run. Therefore a find by ids is stored by document too, and a find with other ids is
// answered from these.

// found has the documents of finds that differ only in their ids.
type found map[int64]bsoncore.Document

// byIDs splits a find by ids into the digest of everything else and the ids; false for
// every other command.
func (m *message) byIDs() (digest, []int64, bool) {
	if m.name() != "find" {
		return digest{}, nil, false
	}
	filter, ok := m.body.Lookup("filter").DocumentOK()
	if !ok {
		return digest{}, nil, false
	}
	list, ok := filter.Lookup("_id", "$in").ArrayOK()
	if !ok {
		return digest{}, nil, false
	}
	values, err := list.Values()
	if err != nil {
		return digest{}, nil, false
	}
	ids := make([]int64, len(values))
	for i, value := range values {
		if ids[i], ok = value.AsInt64OK(); !ok {
			return digest{}, nil, false
		}
	}
	rest := appendWithout(nil, m.body, "filter")
	rest = appendWithout(rest, filter, "_id")
	return sha256.Sum256(rest), ids, true
}

// appendWithout appends the elements of a document, except those of the session and that
// key.
func appendWithout(to []byte, document []byte, without string) []byte {
	rest := document[4 : len(document)-1]
	for len(rest) > 0 {
		element, after, ok := bsoncore.ReadElement(rest)
		if !ok {
			return to
		}
		if key := keyOf(element); string(key) != without && !isOfSession(key) {
			to = append(to, element...)
		}
		rest = after
	}
	return to
}

// keepDocuments stores the documents of a find by ids. The caller must have the lock.
func (s *StandIn) keepDocuments(asked *message, reply bson.Raw) {
	key, _, ok := asked.byIDs()
	if !ok {
		return
	}
	batch, ok := reply.Lookup("cursor", "firstBatch").ArrayOK()
	if !ok {
		return
	}
	values, err := batch.Values()
	if err != nil {
		return
	}
	if s.documents[key] == nil {
		s.documents[key] = found{}
	}
	for _, value := range values {
		if id, isNumber := value.Document().Lookup("_id").AsInt64OK(); isNumber {
			s.documents[key][id] = bsoncore.Document(slices.Clone(value.Value))
		}
	}
}

// together returns the reply to a find by ids that was not recorded with these ids; nil
// if no similar find was recorded.
func (s *StandIn) together(asked *message) []byte {
	key, ids, ok := asked.byIDs()
	if !ok {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	known := s.documents[key]
	if known == nil {
		return nil
	}
	slices.Sort(ids)
	var batch []bsoncore.Value
	for _, id := range slices.Compact(ids) {
		if document, there := known[id]; there {
			batch = append(batch, bsoncore.Value{Type: bsoncore.TypeEmbeddedDocument, Data: document})
		}
	}
	namespace := asked.database + "." + asked.body.Lookup("find").StringValue()
	return bsoncore.NewDocumentBuilder().
		AppendDocument("cursor", bsoncore.NewDocumentBuilder().
			AppendArray("firstBatch", bsoncore.BuildArray(nil, batch...)).
			AppendInt64("id", 0).AppendString("ns", namespace).Build()).
		AppendDouble("ok", 1).Build()
}
