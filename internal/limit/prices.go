package limit

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// mostPrices bounds the prices of one document that are cached. They take about as
	// much memory as the document.
	mostPrices = 32
	// longestNumbers bounds the text of the numbers that a price depends on.
	longestNumbers = 64
)

// Prices caches the costs of one document's operations, by the numbers in variables that
// they depend on, such as the size of a page. If a cost depends on anything else in
// variables, it is measured each time. The zero Prices is ready to use. It is safe for
// concurrent use.
type Prices struct {
	mu sync.RWMutex
	// numbers are the variables whose numbers an operation's price depends on.
	numbers map[*ast.OperationDefinition][]string
	costs   map[priced]int64
}

// priced identifies a price by the operation and the numbers in its variables.
type priced struct {
	operation *ast.OperationDefinition
	numbers   string
}

// Check is Shape.Check for an operation of the prices' document, which must always be
// called with the same shape and schema.
func (p *Prices) Check(s Shape, schema *ast.Schema, document *ast.QueryDocument, operation *ast.OperationDefinition, variables map[string]any) (cost int64, err error) {
	if cost, known := p.known(operation, variables); known {
		return cost, nil
	}
	m := newMeasurer(s, schema, document, operation, variables)
	cost, err = m.check()
	if err == nil && operation != nil && !m.looked {
		p.keep(operation, m.numbers, variables, cost)
	}
	return cost, err
}

func (p *Prices) known(operation *ast.OperationDefinition, variables map[string]any) (cost int64, known bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	names, known := p.numbers[operation]
	if !known {
		return 0, false
	}
	numbers, ok := numbersOf(names, variables)
	if !ok {
		return 0, false
	}
	cost, known = p.costs[priced{operation, numbers}]
	return cost, known
}

func (p *Prices) keep(operation *ast.OperationDefinition, names []string, variables map[string]any, cost int64) {
	numbers, ok := numbersOf(names, variables)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.costs == nil || len(p.costs) >= mostPrices {
		p.numbers, p.costs = map[*ast.OperationDefinition][]string{}, map[priced]int64{}
	}
	p.numbers[operation], p.costs[priced{operation, numbers}] = names, cost
}

// numbersOf returns the variables with those names as text; ok is false if one is not a
// number.
func numbersOf(names []string, variables map[string]any) (text string, ok bool) {
	if len(names) == 0 {
		return "", true
	}
	var b strings.Builder
	for _, name := range names {
		// A variable that was not sent has its default; null is not a number.
		sent, given := variables[name]
		number, isNumber := sent.(json.Number)
		if given && !isNumber || b.Len()+len(number) > longestNumbers {
			return "", false
		}
		b.WriteString(number.String())
		b.WriteByte(',')
	}
	return b.String(), true
}
