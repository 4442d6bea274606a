// Package buffer lends out memory that answers are written into, so that it is used
// again.
package buffer

import "sync"

// mostKept bounds a buffer that is kept: few answers are larger.
const mostKept = 1 << 20

// Pool keeps buffers that nobody uses. The zero Pool is ready. It is safe for
// concurrent use.
type Pool struct{ pool sync.Pool }

// Take returns an empty buffer for so many bytes.
func (p *Pool) Take(size int) []byte {
	if kept, is := p.pool.Get().(*[]byte); is && cap(*kept) >= size {
		return (*kept)[:0]
	}
	return make([]byte, 0, size)
}

// Give takes a buffer back, which nobody may read or write afterwards: its next
// content is somebody else's. It need not be one that was taken.
func (p *Pool) Give(b []byte) {
	if cap(b) > 0 && cap(b) <= mostKept {
		p.pool.Put(&b)
	}
}
