package standin

import (
	"crypto/sha256"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// Loaders of some servers close a batch by the clock: what they ask for together
// differs from time to time. So a find by ids is kept by document too, and one of
// other ids of the same is put together.

// found are the documents that finds by ids found, alike but for the ids.
type found map[int64]bsoncore.Document

// byIDs splits a find by ids into the digest of all else and the ids; it is false
// for every other command.
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

// appendWithout appends the elements of a document that are not of the session,
// nor of that key.
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

// keepDocuments keeps what a find by ids found. The caller holds the lock.
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

// together is the reply to a find by ids that was not recorded with these ids;
// nil where none was recorded that is alike.
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
