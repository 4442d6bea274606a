package oracle_test

import (
	"fmt"
	"strconv"
	"strings"

	"clientgraph/internal/oracle"
)

// questions are what is asked for beside records, by alias, and what the model
// answers.
func (r *run) questions() map[string]question {
	questions := map[string]question{}
	for i, address := range []string{"A@example.com", "b@example.com", "u@BÜCHER.test"} {
		by := oracle.Key{Name: "emailAddress", Value: address}
		questions[fmt.Sprintf("email%d", i)] = question{
			fmt.Sprintf("clientsByEmail(emailAddress: %q) { clientId }", address),
			func(who oracle.Caller) any { return r.model.KnownBy(who, by) },
		}
	}
	name := oracle.Key{Name: "externalUserName", Value: "ann"}
	questions["name"] = question{`clientsByExternalUserName(externalUserName: "ann") { clientId }`, func(who oracle.Caller) any { return r.model.KnownBy(who, name) }}
	for _, id := range r.model.IDs() {
		if r.model.People[id].Life == oracle.Merged {
			questions[fmt.Sprintf("merged%d", id)] = question{fmt.Sprintf("client(clientId: %d) { clientId }", id), func(who oracle.Caller) any {
				p := r.model.Survivor(id)
				if !r.model.Sees(who, p) {
					return nil
				}
				return values{"clientId": strconv.FormatInt(p.ID, 10)}
			}}
		}
	}
	return questions
}

type question struct {
	field  string
	answer func(who oracle.Caller) any
}

func (r *run) asked() string {
	var fields strings.Builder
	for alias, q := range r.questions() {
		fmt.Fprintf(&fields, "%s: %s\n", alias, q.field)
	}
	return fields.String()
}
