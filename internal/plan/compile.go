package plan

import (
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"clientgraph/internal/buffer"
	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
)

// Clients is a compiled selection of clients. It must not be changed, and is safe for
// concurrent use.
type Clients struct {
	// Need selects what is read of the clients.
	Need  client.Selection
	steps []step
	// relations are the reads of the level below, which several steps may share.
	relations [2]relation
	// survivors are the selections of the clients themselves, as the survivors of clients
	// merged into them.
	survivors []*Clients
	// custom says that a step needs the custom fields of the business.
	custom bool
	// buffers has the buffers for levels of these clients.
	buffers buffer.Pool
}

// step writes one field of a client.
type step struct {
	// key is the field's name in the answer, quoted, with a comma before it and a colon
	// after it.
	key  string
	kind stepKind
	// place is the place of the property, for stepProperty.
	place int
	// text is the value for all clients, for stepText.
	text string
	// Each of these is for the kind of step with its name.
	record  recordWriter
	base    func(dst []byte, b client.Base) []byte
	zone    part[*client.TimeZone]
	fields  part[client.Field]
	data    part[client.FieldData]
	aliases part[client.Alias]
	merged  part[merged]
	// side is the relation that the step reads, below the place of its selection in the
	// relation, and first the bound of its clients.
	side  side
	below int
	first int64
}

// recordWriter writes a field from a record.
type recordWriter func(dst []byte, c *client.Client, s *shared) ([]byte, error)

type stepKind int

const (
	stepProperty stepKind = iota
	stepText
	stepBase
	stepFullName
	stepRecord
	stepZone
	stepZoneCode
	stepFields
	stepData
	stepAliases
	stepMerged
	stepRelated
	stepRelatedIDs
	stepRelatedAccounts
)

// side is one of the two relations of a client.
type side int

const (
	subjects side = iota
	viewers
)

// relation is the read of the subjects or the viewers of a level's clients.
type relation struct {
	used bool
	need client.Selection
	// below are the selections of the relation's clients.
	below []*Clients
}

// compiler compiles the selections of one operation for one role.
type compiler struct {
	operation *graphql.OperationContext
	role      client.Role
}

// Compile compiles a selection of clients; false if resolvers must answer a part of it.
func Compile(operation *graphql.OperationContext, selections ast.SelectionSet, role client.Role) (*Clients, bool) {
	c := &compiler{operation, role}
	return c.clients(selections)
}

func (c *compiler) clients(selections ast.SelectionSet) (*Clients, bool) {
	compiled := &Clients{}
	for _, field := range c.fields(selections, "Client", "Node") {
		s, ok := c.step(compiled, field)
		if !ok {
			return nil, false
		}
		s.key = keyOf(len(compiled.steps), field.Alias)
		compiled.steps = append(compiled.steps, s)
		compiled.Need.AddField(field.Name)
	}
	return compiled, true
}

func (c *compiler) fields(selections ast.SelectionSet, satisfies ...string) []graphql.CollectedField {
	return graphql.CollectFields(c.operation, selections, satisfies)
}

// keyOf returns the beginning of the n-th field of an object.
func keyOf(n int, alias string) string {
	if n > 0 {
		return `,"` + alias + `":`
	}
	return `"` + alias + `":`
}

func (c *compiler) step(of *Clients, field graphql.CollectedField) (step, bool) {
	if field.Name == "__typename" {
		return step{kind: stepText, text: `"Client"`}, true
	}
	if c.denied(field) {
		return step{}, false
	}
	if field.Name == "fullName" {
		return step{kind: stepFullName}, true
	}
	if write := baseField(field.Name); write != nil {
		return step{kind: stepBase, base: write}, true
	}
	if write := recordField(field.Name); write != nil {
		return step{kind: stepRecord, record: write}, true
	}
	if write := customText(field.Name); write != nil {
		of.custom = true
		return step{kind: stepRecord, record: write}, true
	}
	if s, ok, is := c.parts(of, field); is {
		return s, ok
	}
	if s, is := c.related(of, field); is {
		return s, s.first > 0
	}
	place := client.PlaceOf(field.Name)
	if place < 0 || len(field.Selections) > 0 || client.Properties()[place].Is(client.Secret) {
		return step{}, false
	}
	return step{kind: stepProperty, place: place}, true
}

// parts returns the step of a field that is made of objects, and whether it can be
// compiled; is is false for any other field.
func (c *compiler) parts(of *Clients, field graphql.CollectedField) (s step, ok, is bool) {
	switch field.Name {
	case "timeZone":
		s.kind = stepZone
		s.zone, ok = partOf(c, "TimeZone", field, zoneField)
	case "timeZoneCode":
		s.kind, ok = stepZoneCode, true
	case "fields":
		s.kind, of.custom = stepFields, true
		s.fields, ok = partOf(c, "ClientField", field, customField)
	case "fieldDataList":
		s.kind, of.custom = stepData, true
		s.data, ok = partOf(c, "FieldData", field, dataField)
	case client.NameAliases:
		s.kind = stepAliases
		s.aliases, ok = partOf(c, "ClientAlias", field, aliasField)
	case client.NameMerged:
		s, ok = c.merged(of, field)
	default:
		return s, false, false
	}
	return s, ok, true
}

// denied says whether some callers may not read the field: resolvers answer its error.
func (c *compiler) denied(field graphql.CollectedField) bool {
	if field.Definition == nil || field.Definition.Directives.ForName("permission") != nil {
		return true
	}
	hidden := field.Definition.Directives.ForName("hiddenFrom")
	return hidden != nil && hidden.Arguments.ForName("role").Value.Raw == string(c.role)
}

// related returns the step of a field that reads a relation; false for any other field.
// Its first is 0 if the caller's is out of range.
func (c *compiler) related(of *Clients, field graphql.CollectedField) (step, bool) {
	switch field.Name {
	case "viewClients", "viewByClients":
		s := step{kind: stepRelated, side: sideOf(field.Name == "viewByClients")}
		first, ok := wholeNumber(field.ArgumentMap(c.operation.Variables)["first"])
		if !ok || reading.CheckRelation(first) != nil {
			return s, true
		}
		below, ok := c.clients(field.Selections)
		if !ok {
			return s, true
		}
		r := &of.relations[s.side]
		r.need = r.need.With(below.Need)
		s.first, s.below = first, len(r.below)
		r.used, r.below = true, append(r.below, below)
		return s, true
	case "clientIdsClientCanView":
		of.relations[subjects].used = true
		return step{kind: stepRelatedIDs, side: subjects, first: 1}, true
	case "viewClientAccountIds":
		r := &of.relations[viewers]
		r.used, r.need = true, r.need.With(client.Select(client.NameClientAccountID))
		return step{kind: stepRelatedAccounts, side: viewers, first: 1}, true
	}
	return step{}, false
}

// wholeNumber returns an integer argument of a document or a variable.
func wholeNumber(value any) (int64, bool) {
	switch v := value.(type) {
	case int64:
		return v, true
	case json.Number:
		number, err := v.Int64()
		return number, err == nil
	}
	return 0, false
}

func sideOf(ofViewers bool) side {
	if ofViewers {
		return viewers
	}
	return subjects
}
