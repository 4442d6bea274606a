package mongorules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/mongorules"
	"clientgraph/internal/mongostore/schema"
)

const database = "rules"

// check is what is told of commands, sent one after the other.
func check(t *testing.T, commands ...bson.D) []string {
	t.Helper()
	now := time.Unix(0, 0)
	checker := mongorules.New(database, func() time.Time { return now })
	for _, command := range commands {
		now = now.Add(40 * time.Second)
		raw, err := bson.Marshal(command)
		if err != nil {
			t.Fatal(err)
		}
		checker.Check(database, command[0].Key, raw)
	}
	return checker.Problems()
}

func d(pairs ...any) bson.D {
	document := bson.D{}
	for i := 0; i < len(pairs); i += 2 {
		document = append(document, bson.E{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return document
}

var (
	majority = bson.E{Key: "writeConcern", Value: bson.D{{Key: "w", Value: "majority"}}}
	recent   = bson.E{Key: "readConcern", Value: bson.D{{Key: "level", Value: "majority"}}}
)

func insert(collection string, document bson.D) bson.D {
	return append(d("insert", collection, "documents", bson.A{document}), majority)
}

func update(collection string, filter bson.D, change any) bson.D {
	return append(d("update", collection, "updates", bson.A{d("q", filter, "u", change)}), majority)
}

// together is a command for several collections, of which this is the first.
func together(collection string, writes ...any) bson.D {
	return append(d("bulkWrite", 1, "ops", bson.A(writes), "nsInfo", bson.A{d("ns", database+"."+collection)}), majority)
}

// in is a command of a transaction.
func in(command bson.D, more ...any) bson.D {
	command = slices.DeleteFunc(slices.Clone(command), func(e bson.E) bool { return e.Key == "writeConcern" || e.Key == "readConcern" })
	return slices.Concat(command, d("lsid", d("id", "one"), "txnNumber", int64(1), "autocommit", false), d(more...))
}

func first(command bson.D) bson.D {
	return in(command, "startTransaction", true, "readConcern", d("level", "snapshot"))
}

func TestRulesOfMongoDBAreHeld(t *testing.T) {
	of7, find7 := d("businessId", int64(7)), append(d("find", "clients", "filter", d("businessId", int64(7))), recent)
	many := make([]int64, 10_001)
	commit := in(d("commitTransaction", 1), "writeConcern", d("w", "majority"))
	for name, c := range map[string]struct {
		commands []bson.D
		told     string
	}{
		"a read of a business":              {[]bson.D{find7}, ""},
		"a transaction of 80 seconds":       {[]bson.D{first(find7), in(insert("clients", of7)), commit}, "takes more than"},
		"a transaction of 40 seconds":       {[]bson.D{first(find7), commit}, ""},
		"a write by id alone":               {[]bson.D{update("clients", d("_id", 1), d("$set", d("a", 1)))}, "shard key businessId is not named"},
		"a write of several businesses":     {[]bson.D{update("clients", d("businessId", d("$in", bson.A{1, 2})), d("$set", d("a", 1)))}, "shard key businessId is not named"},
		"a deletion by id alone":            {[]bson.D{append(d("delete", "clients", "deletes", bson.A{d("q", d("_id", 1), "limit", 1)}), majority)}, "shard key"},
		"a findAndModify by id alone":       {[]bson.D{append(d("findAndModify", "counters", "query", d("_id", "a"), "update", d("$inc", d("value", 1))), majority)}, "shard key"},
		"a business moved":                  {[]bson.D{update("clients", of7, d("$set", d("businessId", int64(8))))}, "writes the shard key"},
		"a business said first":             {[]bson.D{update("counters", d("businessId", nil, "_id", "a"), d("$set", d("businessId", int64(8))))}, ""},
		"another business's replacement":    {[]bson.D{update("locationGroups", of7, d("businessId", int64(8)))}, "replaced by one with another"},
		"a business's id is its key":        {[]bson.D{update("businesses", d("_id", int64(7)), d("name", "x"))}, ""},
		"a document of no business":         {[]bson.D{insert("clients", d("_id", int64(1)))}, "shard key businessId"},
		"two arrays in an index":            {[]bson.D{insert("clients", append(of7, d("visibility", bson.A{"a"}, "nameKey", bson.A{"b"})...))}, "several arrays"},
		"two arrays set":                    {[]bson.D{update("clients", of7, d("$set", d("visibility", bson.A{"a"}, "emailKey", bson.A{"b"})))}, "several arrays"},
		"an array further in":               {[]bson.D{insert("mergeJournal", append(of7, d("clientIds", bson.A{int64(1)}, "mergeId", bson.A{1}, "part", bson.A{1})...))}, "several arrays"},
		"a read of all businesses":          {[]bson.D{append(d("find", "clients", "filter", d("lifecycle", "live")), recent)}, "names no business"},
		"a union with all businesses":       {[]bson.D{append(d("aggregate", "clients", "pipeline", bson.A{d("$match", of7), d("$unionWith", d("coll", "clients", "pipeline", bson.A{d("$match", d("a", 1))}))}), recent)}, "names no business"},
		"a union in a transaction":          {[]bson.D{first(d("aggregate", "clients", "pipeline", bson.A{d("$match", of7), d("$unionWith", d("coll", "clients", "pipeline", bson.A{d("$match", of7)}))}))}, "$unionWith"},
		"a count in a transaction":          {[]bson.D{first(d("count", "clients", "query", of7))}, "not for transactions"},
		"a transaction that is no snapshot": {[]bson.D{in(find7, "startTransaction", true)}, "without the read concern snapshot"},
		"a commit of one":                   {[]bson.D{first(find7), in(d("commitTransaction", 1))}, "not of a majority"},
		"a read of what may be undone":      {[]bson.D{d("find", "clients", "filter", of7)}, "read concern"},
		"a write that may be undone":        {[]bson.D{d("insert", "clients", "documents", bson.A{of7})}, "does not wait for a majority"},
		"a read of a secondary":             {[]bson.D{append(slices.Clone(find7), d("$readPreference", d("mode", "secondary"))...)}, "secondary"},
		"a list of ids without end":         {[]bson.D{append(d("find", "clients", "filter", append(slices.Clone(of7), d("_id", d("$in", many))...)), recent)}, "10001 values"},
		"a list of ids in a pipeline":       {[]bson.D{append(d("aggregate", "clients", "pipeline", bson.A{d("$match", append(slices.Clone(of7), d("_id", d("$in", many))...))}), recent)}, "10001 values"},
		"a large document":                  {[]bson.D{insert("clients", append(slices.Clone(of7), d("notes", strings.Repeat("x", 16<<20))...))}, "a document of"},
		"a collection nobody knows":         {[]bson.D{insert("others", of7)}, "is none of"},
		"several collections at once":       {[]bson.D{first(find7), in(together("clients", d("update", 0, "filter", of7, "updateMods", d("$set", d("city", "Oslo"))), d("insert", 0, "document", of7)))}, ""},
		"a write by id alone, of several":   {[]bson.D{together("clients", d("update", 0, "filter", d("_id", 1), "updateMods", d("$set", d("a", 1))))}, "shard key businessId is not named"},
		"a deletion by id alone, likewise":  {[]bson.D{together("clients", d("delete", 0, "filter", d("_id", 1)))}, "shard key"},
		"a document of none, likewise":      {[]bson.D{together("clients", d("insert", 0, "document", d("_id", int64(1))))}, "shard key businessId"},
		"two arrays set, likewise":          {[]bson.D{together("clients", d("update", 0, "filter", of7, "updateMods", d("$set", d("visibility", bson.A{"a"}, "emailKey", bson.A{"b"}))))}, "several arrays"},
		"a list without end, likewise":      {[]bson.D{together("clients", d("update", 0, "filter", append(slices.Clone(of7), d("_id", d("$in", many))...), "updateMods", d("$set", d("a", 1))))}, "10001 values"},
		"a large document, likewise":        {[]bson.D{together("clients", d("insert", 0, "document", append(slices.Clone(of7), d("notes", strings.Repeat("x", 16<<20))...)))}, "a command of"},
		"a collection unknown, likewise":    {[]bson.D{together("others", d("insert", 0, "document", of7))}, "is none of"},
		"a collection that is not listed":   {[]bson.D{together("clients", d("insert", 1, "document", of7))}, "not listed"},
		"what may be undone, likewise":      {[]bson.D{d("bulkWrite", 1, "ops", bson.A{d("insert", 0, "document", of7)}, "nsInfo", bson.A{d("ns", database+".clients")})}, "does not wait for a majority"},
		"another database's collection":     {[]bson.D{append(d("bulkWrite", 1, "ops", bson.A{d("insert", 0, "document", of7)}, "nsInfo", bson.A{d("ns", "others.clients")}), majority)}, "another database"},
		"a command without a promise":       {[]bson.D{d("distinct", "clients")}, "Stable API"},
		"a stage without a promise":         {[]bson.D{append(d("aggregate", "clients", "pipeline", bson.A{d("$match", of7), d("$indexStats", d())}), recent)}, "Stable API"},
		"an index without a promise":        {[]bson.D{d("createIndexes", "clients", "indexes", bson.A{d("key", of7, "sparse", true)})}, "Stable API"},
	} {
		t.Run(name, func(t *testing.T) {
			problems := check(t, c.commands...)
			switch {
			case c.told == "" && len(problems) > 0:
				t.Errorf("it is told of %q", problems)
			case c.told != "" && !slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.told) }):
				t.Errorf("nobody is told of %q, but of %q", c.told, problems)
			}
		})
	}
}

func TestIndexesAreThoseThatShardedCollectionsMayHave(t *testing.T) {
	if problems := mongorules.Definitions(schema.Collections()); problems != nil {
		t.Errorf("MongoDB would refuse %q", problems)
	}
	whole := func(indexes ...schema.Index) []schema.Collection {
		return []schema.Collection{{Name: "things", ShardKey: "businessId", Indexes: indexes}}
	}
	good := schema.Index{Name: "good", Keys: d("businessId", 1, "a", 1), Unique: true}
	for told, collections := range map[string][]schema.Collection{
		"things.bad is unique":  whole(good, schema.Index{Name: "bad", Keys: d("a", 1, "businessId", 1), Unique: true}),
		"has no whole index":    whole(schema.Index{Name: "part", Keys: d("businessId", 1), Partial: d("a", 1)}),
		"expires by other than": whole(good, schema.Index{Name: "bad", Keys: d("a", 1, "b", 1), Expire: time.Hour}),
	} {
		if problems := mongorules.Definitions(collections); len(problems) != 1 || !strings.Contains(problems[0], told) {
			t.Errorf("nobody is told of %q, but of %q", told, problems)
		}
	}
}
