package mongorules

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// stable are the commands of the Stable API, version 1, which a server accepts with
// apiStrict.
func stable() []string {
	return []string{
		"abortTransaction", "aggregate", "authenticate", "bulkWrite", "collMod", "commitTransaction", "count", "create", "createIndexes",
		"delete", "drop", "dropDatabase", "dropIndexes", "endSessions", "explain", "find", "findAndModify", "getMore", "hello", "insert",
		"killCursors", "listCollections", "listDatabases", "listIndexes", "ping", "refreshSessions", "update",
	}
}

// unstable are parts that a command of the Stable API may not have: stages of a pipeline,
// and options of a find, a collection or an index.
func unstable() map[string][]string {
	return map[string][]string{
		"aggregate":     {"$currentOp", "$indexStats", "$listLocalSessions", "$listSessions", "$planCacheStats", "$search"},
		"find":          {"awaitData", "max", "min", "noCursorTimeout", "oplogReplay", "returnKey", "showRecordId", "tailable"},
		"create":        {"autoIndexId", "capped", "indexOptionDefaults", "max", "size", "storageEngine"},
		"createIndexes": {"background", "bucketSize", "sparse", "storageEngine"},
	}
}

// checkAPI checks a command against the Stable API.
func (s *sent) checkAPI() {
	if s.name == "isMaster" || s.name == "saslStart" || s.name == "saslContinue" {
		return // return // It is the driver's own, without an API version.
	}
	if !slices.Contains(stable(), s.name) {
		s.problem("it is not of the Stable API")
		return
	}
	parts := []bson.Raw{s.command}
	switch s.name {
	case "aggregate":
		parts = documents(s.command.Lookup("pipeline"))
	case "createIndexes":
		parts = documents(s.command.Lookup("indexes"))
	}
	for _, part := range parts {
		for _, key := range keysOf(part) {
			if slices.Contains(unstable()[s.name], key) {
				s.problem("%s is not of the Stable API", key)
			}
		}
	}
}
