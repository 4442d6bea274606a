package bench

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Plan is how a database executes a read, and the cost that it reports.
type Plan struct {
	// Collection is the collection that is read.
	Collection string
	// Stages are the stages of the winning plan, last one first.
	Stages []string
	// Indexes are the indexes that the plan uses.
	Indexes []Index
	// KeysExamined and DocsExamined are the numbers of index keys and documents that the
	// read examines.
	KeysExamined, DocsExamined int64
	// Embedded says that the embedded engine reported it: its plans have a SORT above
	// every index, and it examines all matches of an index, whatever the read's limit.
	Embedded bool
}

// Index is an index with its name and its keys in order.
type Index struct {
	Name string
	Keys []string
}

// embeddedHost is the host that the embedded engine reports.
const embeddedHost = "secantus"

// Explain explains a read of Recording.Reads, and returns its plan and cost.
func Explain(ctx context.Context, db *mongo.Database, read bson.D) (Plan, error) {
	var explained bson.D
	err := db.RunCommand(ctx, bson.D{{Key: "explain", Value: read}, {Key: "verbosity", Value: "executionStats"}}).Decode(&explained)
	if err != nil {
		return Plan{}, fmt.Errorf("explain %v: %w", read, err)
	}
	plan := Plan{}
	plan.Collection, _ = read[0].Value.(string)
	if server, ok := find(explained, "serverInfo").(bson.D); ok {
		plan.Embedded = find(server, "host") == embeddedHost
	}
	winner, ok := find(explained, "winningPlan").(bson.D)
	if !ok {
		return Plan{}, fmt.Errorf("explain %v: it names no plan: %v", read, explained)
	}
	plan.addStages(winner)
	stats, ok := find(explained, "executionStats").(bson.D)
	if !ok {
		return Plan{}, fmt.Errorf("explain %v: it tells no cost: %v", read, explained)
	}
	plan.KeysExamined = number(find(stats, "totalKeysExamined"))
	plan.DocsExamined = number(find(stats, "totalDocsExamined"))
	return plan, nil
}

// Parts returns a read and the reads of its $unionWith stages, each as a read of its own:
// the embedded engine explains only the first.
func Parts(read bson.D) []bson.D {
	at := slices.IndexFunc(read, func(e bson.E) bool { return e.Key == "pipeline" })
	if at < 0 {
		return []bson.D{read}
	}
	stages, _ := read[at].Value.(bson.A)
	first := slices.Clone(read)
	parts, own := []bson.D{first}, bson.A{}
	for _, stage := range stages {
		joined, isUnion := find(stage, "$unionWith").(bson.D)
		if !isUnion {
			own = append(own, stage)
			continue
		}
		part := bson.D{{Key: "aggregate", Value: find(joined, "coll")}, {Key: "pipeline", Value: find(joined, "pipeline")}, {Key: "cursor", Value: bson.D{}}}
		parts = append(parts, Parts(part)...)
	}
	first[at].Value = own
	return parts
}

// Scans says whether the plan scans the whole collection, of all businesses.
func (p Plan) Scans() bool {
	return slices.Contains(p.Stages, "COLLSCAN") || !slices.ContainsFunc(p.Stages, usesIndex)
}

// usesIndex says whether a stage begins with an index, or with nothing.
func usesIndex(stage string) bool {
	switch stage {
	case "IXSCAN", "IDHACK", "COUNT_SCAN", "DISTINCT_SCAN", "EOF",
		"EXPRESS_IXSCAN", "EXPRESS_CLUSTERED_IXSCAN":
		return true
	}
	return false
}

// Sorts says whether the plan sorts its matches. For the embedded engine it has no
// meaning.
func (p Plan) Sorts() bool { return slices.Contains(p.Stages, "SORT") }

// Orders says whether the index is in the order of those keys, if the keys before them
// are each fixed to one value or a few: then MongoDB reads in the order of the index.
// fixed are the names of the fixed keys.
func (i Index) Orders(fixed []string, by ...string) bool {
	for _, key := range i.Keys {
		switch {
		case len(by) > 0 && key == by[0]:
			by = by[1:]
		case !slices.Contains(fixed, key):
			return len(by) == 0
		}
	}
	return len(by) == 0
}

func (p *Plan) addStages(value any) {
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			name, _ := e.Value.(string)
			switch e.Key {
			case "rejectedPlans":
				continue
			case "stage":
				p.Stages = append(p.Stages, name)
			case "indexName":
				p.addIndex(name, v)
			}
			p.addStages(e.Value)
		}
	case bson.A:
		for _, entry := range v {
			p.addStages(entry)
		}
	}
}

func (p *Plan) addIndex(name string, stage bson.D) {
	index := Index{Name: name}
	pattern, _ := find(stage, "keyPattern").(bson.D)
	for _, key := range pattern {
		index.Keys = append(index.Keys, key.Key)
	}
	if !slices.ContainsFunc(p.Indexes, func(i Index) bool { return i.Name == name }) {
		p.Indexes = append(p.Indexes, index)
	}
}

// find returns the value of a key at any depth of a reply: its own before nested ones,
// because servers nest them in different ways. It returns nil if there is none.
func find(value any, key string) any {
	switch v := value.(type) {
	case bson.D:
		for _, e := range v {
			if e.Key == key {
				return e.Value
			}
		}
		for _, e := range v {
			// Rejected plans and the command itself do not matter.
			if e.Key == "rejectedPlans" || e.Key == "command" {
				continue
			}
			if found := find(e.Value, key); found != nil {
				return found
			}
		}
	case bson.A:
		for _, entry := range v {
			if found := find(entry, key); found != nil {
				return found
			}
		}
	}
	return nil
}

func number(value any) int64 {
	switch v := value.(type) {
	case int32:
		return int64(v)
	case int64:
		return v
	case float64:
		return int64(v)
	}
	return 0
}
