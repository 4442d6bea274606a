package client

// ReadState is what the reads of one operation share: its budget of rows, and the counts
// that it made. The operation's context answers it, by Value.
type ReadState struct {
	rows    RowBudget
	memo    memo
	isQuery bool
}

// NewReadState returns the state of an operation that may read so many rows.
func NewReadState(rows int64) ReadState { return ReadState{rows: RowBudget{most: rows}} }

// CountOnce has CountedOnce count once for each name. It is for queries, and called before
// they begin: while a mutation or a subscription runs, counts change.
func (s *ReadState) CountOnce() { s.isQuery = true }

// Rows is the operation's budget of rows.
func (s *ReadState) Rows() *RowBudget { return &s.rows }

// Value is what a context of the operation answers for a key of this package; false for
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
