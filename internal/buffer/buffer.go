// Package buffer reuses the memory that answers are written into.
package buffer

import "sync"

// mostKept bounds the size of a buffer that is kept: few answers are larger.
const mostKept = 1 << 20

// Pool keeps unused buffers. The zero Pool is ready to use. It is safe for concurrent
// use.
type Pool struct{ pool sync.Pool }

// Take returns an empty buffer for that many bytes.
func (p *Pool) Take(size int) []byte {
	if kept, is := p.pool.Get().(*[]byte); is && cap(*kept) >= size {
		return (*kept)[:0]
	}
	return make([]byte, 0, size)
}

// Give returns a buffer to the pool. It must not be read or written afterwards, because
// another answer uses it. It need not come from Take.
func (p *Pool) Give(b []byte) {
	if cap(b) > 0 && cap(b) <= mostKept {
		p.pool.Put(&b)
	}
}
