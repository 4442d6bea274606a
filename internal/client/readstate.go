package client

// ReadState is shared by the reads of one operation: its row budget, and its counts. The
// operation's context returns it from Value.
type ReadState struct {
	rows    RowBudget
	memo    memo
	isQuery bool
}

// NewReadState returns the state of an operation that may read that many rows.
func NewReadState(rows int64) ReadState { return ReadState{rows: RowBudget{most: rows}} }

// CountOnce makes CountedOnce count once for each name. Call it only for queries, before
// they begin: during a mutation or a subscription counts change.
func (s *ReadState) CountOnce() { s.isQuery = true }

// Rows is the operation's budget of rows.
func (s *ReadState) Rows() *RowBudget { return &s.rows }

// Value returns the value of a key of this package for the operation's context; false for
// other keys.
func (s *ReadState) Value(key any) (value any, is bool) {
	switch key.(type) {
	case rowBudgetKey:
		return &s.rows, true
	case memoKey:
		if s.isQuery {
			return &s.memo, true
		}
	}
	return nil, false
}
