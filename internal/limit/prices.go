package limit

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
)

const (
	// mostPrices bounds the prices that are kept of one document, which take about as
	// much memory as the document.
	mostPrices = 32
	// longestNumbers bounds the text of the numbers that a price depends on.
	longestNumbers = 64
)

// Prices are what the operations of one document cost, kept by the numbers in
// variables that they depend on, such as how many entries are asked for. Whatever
// depends on more of the variables is measured each time. The zero Prices are ready.
// They are safe for concurrent use.
type Prices struct {
	mu sync.RWMutex
	// numbers are the variables of which an operation's price depends on the number.
	numbers map[*ast.OperationDefinition][]string
	costs   map[priced]int64
}

// priced is an operation, and the numbers that it is asked with.
type priced struct {
	operation *ast.OperationDefinition
	numbers   string
}

// Check is Shape.Check of an operation of the one document that the prices are of,
// always by the same shape and schema.
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

// numbersOf is the text of variables of those names; not ok where one is no number.
func numbersOf(names []string, variables map[string]any) (text string, ok bool) {
	if len(names) == 0 {
		return "", true
	}
	var b strings.Builder
	for _, name := range names {
		// One that was not sent has its default, and null is no number.
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
