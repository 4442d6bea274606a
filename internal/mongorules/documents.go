package mongorules

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// deploymentWide are the reads that are not of one business, by their conditions. A
// cluster asks every shard for them; they are only made at a start, by background work,
// or by a command.
func deploymentWide() map[string][]string {
	return map[string][]string{
		// Is there a client at all, and all clients, to upgrade them.
		"clients": {"", "_id $gt"},
		// Businesses whose clients must be rekeyed, and by which version.
		"businesses": {"rekeyedTo $gte"},
		"counters":   {"_id $gte $lt", "_id $gte $lt value $ne"},
		"feeds":      {"part keyVersion $lt rekeyTo $lt"},
		// Businesses with rows that wait for numbers, and the oldest row.
		"outbox": {"businessId $gt", "_id $gt"},
		// Unfinished erasures; and ids, which are unique in the deployment.
		"tombstones": {"pending", "_id $in"},
		// Webhooks that no process delivers to, and those of one process; their number.
		"webhooks": {"enabled until $lt", "owner", "enabled $in"},
		// Jobs that no process runs, and the number of those that have not ended.
		"jobs": {"open until $lt", "open"},
	}
}

// checkTarget checks that a write's filter has the shard key by equality: otherwise
// MongoDB before 7.1 refuses a write of one document, and sends a write of many to every
// shard.
func (s *sent) checkTarget(filter bson.Raw) (value bson.RawValue) {
	if s.shape.ShardKey == "" {
		return value
	}
	value, named := equality(filter, s.shape.ShardKey)
	if !named {
		s.problem("the shard key %s is not named by equality, but %v", s.shape.ShardKey, keysOf(filter))
	}
	return value
}

// equality returns the value that a filter requires of a field, and whether it requires
// one.
func equality(filter bson.Raw, field string) (bson.RawValue, bool) {
	for _, e := range elements(filter) {
		if e.Key() != field {
			continue
		}
		operators := elements(document(e.Value()))
		if len(operators) == 0 || !strings.HasPrefix(operators[0].Key(), "$") {
			return e.Value(), true
		}
		return operators[0].Value(), len(operators) == 1 && operators[0].Key() == "$eq"
	}
	return bson.RawValue{}, false
}

// checkRead checks that a read's filter has the shard key, or is in deploymentWide.
func (s *sent) checkRead(filter bson.Raw) {
	if s.shape.ShardKey == "" {
		return
	}
	if _, named := equality(filter, s.shape.ShardKey); named {
		return
	}
	if names := conditionsOf(filter); !slices.Contains(deploymentWide()[s.collection], names) {
		s.problem("a read names no business: it looks for %q", names)
	}
}

// conditionsOf returns the fields in a filter with their operators.
func conditionsOf(filter bson.Raw) string {
	var names []string
	for _, e := range elements(filter) {
		names = append(names, e.Key())
		for _, operator := range elements(document(e.Value())) {
			names = append(names, operator.Key())
		}
	}
	return strings.Join(names, " ")
}

func (s *sent) checkPipeline(stages []bson.Raw) {
	if len(stages) == 0 {
		s.problem("an aggregate without a stage")
		return
	}
	if _, err := stages[0].LookupErr("$changeStream"); err != nil {
		s.checkRead(document(stages[0].Lookup("$match")))
	}
	for _, stage := range stages {
		for _, name := range []string{"$unionWith", "$lookup"} {
			inner := document(stage.Lookup(name))
			if inner == nil {
				continue
			}
			s.checkPipeline(documents(inner.Lookup("pipeline")))
		}
	}
}

// checkInsert checks a new document against its shard key and its indexes.
func (s *sent) checkInsert(document bson.Raw) {
	if key := s.shape.ShardKey; key != "" {
		switch value := document.Lookup(key); value.Type {
		case bson.TypeInt32, bson.TypeInt64:
		default:
			s.problem("a new document's shard key %s is of the type %q", key, value.Type)
		}
	}
	s.checkArrays(document)
}

// checkUpdate checks what an update writes, by operators, a pipeline or a whole document.
func (s *sent) checkUpdate(filter bson.Raw, update bson.RawValue) {
	target := s.checkTarget(filter)
	if stages := documents(update); stages != nil {
		for _, stage := range stages {
			s.checkSet(document(stage.Lookup("$set")), target)
		}
		return
	}
	whole := document(update)
	operators := elements(whole)
	if len(operators) == 0 {
		return // return // It is a findAndModify that deletes.
	}
	if !strings.HasPrefix(operators[0].Key(), "$") {
		if s.shape.ShardKey != "" && s.shape.ShardKey != "_id" && !whole.Lookup(s.shape.ShardKey).Equal(target) {
			s.problem("a document is replaced by one with another %s", s.shape.ShardKey)
		}
		s.checkArrays(whole)
		return
	}
	for _, operator := range operators {
		s.checkSet(document(operator.Value()), target)
		if operator.Key() == "$set" {
			s.checkArrays(document(operator.Value()))
		}
	}
}

// checkSet checks that an update does not write the shard key, except of a document that
// has none yet.
func (s *sent) checkSet(fields bson.Raw, target bson.RawValue) {
	if s.shape.ShardKey == "" || target.Type == bson.TypeNull {
		return
	}
	if slices.Contains(keysOf(fields), s.shape.ShardKey) {
		s.problem("an update writes the shard key %s", s.shape.ShardKey)
	}
}

// checkArrays checks that what is written has at most one array in each index.
func (s *sent) checkArrays(written bson.Raw) {
	for _, index := range s.shape.Indexes {
		var arrays []string
		for _, key := range index.Keys {
			if arrayAt(written, strings.Split(key.Key, ".")) {
				arrays = append(arrays, key.Key)
			}
		}
		if len(arrays) > 1 {
			s.problem("the index %s would have several arrays in it: %v", index.Name, arrays)
		}
	}
}

// arrayAt says whether there is an array at a path.
func arrayAt(value bson.Raw, path []string) bool {
	if len(value) == 0 {
		return false
	}
	found := value.Lookup(path[0])
	if found.Type == bson.TypeArray {
		return true
	}
	return len(path) > 1 && arrayAt(document(found), path[1:])
}

func keysOf(document bson.Raw) []string {
	var keys []string
	for _, e := range elements(document) {
		keys = append(keys, e.Key())
	}
	return keys
}
