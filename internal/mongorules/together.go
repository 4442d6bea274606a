package mongorules

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// checkTogether checks each part of a command that writes to several collections by the
// rules for a command that writes only that part. The whole is one document.
func (s *sent) checkTogether() {
	s.checkConcerns()
	if len(s.command) > maxDocument {
		s.problem("a command of %d bytes", len(s.command))
	}
	writes := documents(s.command.Lookup("ops"))
	if len(writes) == 0 || len(writes) > maxBatch {
		s.problem("%d writes in one command", len(writes))
	}
	var collections []string
	for _, name := range documents(s.command.Lookup("nsInfo")) {
		namespace, _ := name.Lookup("ns").StringValueOK()
		collection, found := strings.CutPrefix(namespace, s.checker.database+".")
		if !found {
			s.problem("it writes to %s, which is of another database", namespace)
		}
		collections = append(collections, collection)
	}
	for _, write := range writes {
		s.checkPart(write, collections)
	}
}

// checkPart checks one write by the rules of its collection.
func (s *sent) checkPart(write bson.Raw, collections []string) {
	parts := elements(write)
	if len(parts) == 0 {
		s.problem("an empty write")
		return
	}
	at, ok := parts[0].Value().AsInt64OK()
	if !ok || at < 0 || at >= int64(len(collections)) {
		s.problem("a write to a collection that is not listed")
		return
	}
	part := &sent{checker: s.checker, name: s.name, command: write, collection: collections[at]}
	shape, known := s.checker.collections[part.collection]
	if !known {
		part.problem("the collection %s is none of mongostore.Collections", part.collection)
		return
	}
	part.shape = shape
	filter := document(write.Lookup("filter"))
	part.checkLists(filter)
	switch parts[0].Key() {
	case "insert":
		part.checkInsert(document(write.Lookup("document")))
	case "update":
		part.checkUpdate(filter, write.Lookup("updateMods"))
	case "delete":
		part.checkTarget(filter)
	default:
		part.problem("a write of the kind %s", parts[0].Key())
	}
}
