package mongostore_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"clientgraph/internal/bench"
)

// unordered is an index and an order that it does not give: the database sorts
// what it finds by that index before it answers a page of it.
type unordered struct{ index, order, why string }

// sortedReads are all such reads. README.md has this table too.
var sortedReads = []unordered{
	{"byId", "nameKey", "a thousand ids at most are asked for at once"},
	{"byId", "emailKey", "a thousand ids at most are asked for at once"},
	{"liveById", "nameKey", "a thousand ids at most are asked for at once, and a CLIENT's rows are few"},
	{"liveById", "emailKey", "a thousand ids at most are asked for at once, and a CLIENT's rows are few"},
	{"liveBySubject", "_id", "all viewers of a level are answered: there is no page to stop at"},
	{"byCreated", "nameKey", "days are a range, and no index orders behind a range; MongoDB weighs it against liveByName"},
	{"byCreated", "emailKey", "the same, against liveByEmail"},
	{"byCreated", "_id", "the same, for lists of ids"},
	{"byKey", "nameKey", "a client has some two hundred keys: with the name behind each, the index would outgrow the cache that writes need"},
	{"byKey", "emailKey", "the same, in the order of addresses"},
	{"byKey", "_id", "the same, for lists of ids"},
	{"liveByVisibility", "_id", "the same, for roles that see rows by key: what they see, not the business"},
	{"byVisibility", "_id", "the same, with deleted clients"},
	{"byVisibility", "emailKey", "who asks for deleted clients as well, in the order of addresses, sees few rows"},
	{"liveById", "createdDate", "a thousand ids at most are asked for at once, and a CLIENT's rows are few"},
	{"liveById", "modifiedDate", "a thousand ids at most are asked for at once, and a CLIENT's rows are few"},
	{"byCreated", "modifiedDate", "days are a range; MongoDB weighs it against byModified"},
	{"byKey", "createdDate", "the same as in the order of names"},
	{"byKey", "modifiedDate", "the same as in the order of names"},
	{"liveByVisibility", "createdDate", "an index more for each key of visibility would be written with each change of a client; MongoDB weighs it against byCreated"},
	{"liveByVisibility", "modifiedDate", "the same, against byModified"},
	{"byVisibility", "createdDate", "the same, with deleted clients"},
	{"byVisibility", "modifiedDate", "the same, with deleted clients"},
}

// What is sorted is told to those who run the database.
func TestReadmeTellsWhatIsSorted(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, read := range sortedReads {
		if row := fmt.Sprintf("| %#q | %#q | %s |", read.index, read.order, read.why); !strings.Contains(string(text), row) {
			t.Errorf("README.md does not have the row\n%s", row)
		}
	}
}

// shape is what of a read decides about its plan.
type shape struct {
	// core are the keys of the first filter, those that a list is found by; fixed
	// are the keys that any filter holds to one value, or to some.
	core, fixed []string
	order       []string
}

// orderedBy says whether an index finds the read's documents in their order.
func (s shape) orderedBy(index bench.Index) bool {
	if !index.Orders(s.fixed, s.order...) {
		return false
	}
	for _, key := range s.core {
		if !slices.Contains(index.Keys, key) {
			return false
		}
	}
	return true
}

func shapeOf(command bson.D) shape {
	var s shape
	var filters []bson.D
	for _, part := range partsOf(command) {
		document, _ := part.Value.(bson.D)
		switch part.Key {
		case "filter", "query", "$match":
			filters = append(filters, document)
		case "sort", "$sort":
			for _, key := range document {
				s.order = append(s.order, key.Key)
			}
		case "$group":
			// What comes after is no longer the documents found.
			return shape{}
		}
	}
	for i, filter := range filters {
		for _, condition := range filter {
			if i == 0 {
				s.core = append(s.core, condition.Key)
			}
			operators, isDocument := condition.Value.(bson.D)
			if !isDocument || (len(operators) == 1 && operators[0].Key == "$in") {
				s.fixed = append(s.fixed, condition.Key)
			}
		}
	}
	return s
}

// partsOf are the parts of a find, or the stages of an aggregate.
func partsOf(command bson.D) bson.D {
	for _, e := range command {
		stages, ok := e.Value.(bson.A)
		if !ok || e.Key != "pipeline" {
			continue
		}
		var parts bson.D
		for _, stage := range stages {
			if document, ok := stage.(bson.D); ok {
				parts = append(parts, document...)
			}
		}
		return parts
	}
	return command
}
