package server

import (
	"bytes"
	"compress/gzip"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// compressFrom is the size in bytes from which an answer is compressed. Smaller ones fit
// into one packet anyway.
const compressFrom = 1_400

// compressor compresses answers. It is safe for concurrent use.
type compressor struct {
	zstd *zstd.Encoder
	gzip sync.Pool
}

func newCompressor() *compressor {
	// The encoder is used only for whole answers, which it encodes without goroutines of
	// its own.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		// The options are constants, so this can't fail.
		panic(err)
	}
	return &compressor{zstd: encoder, gzip: sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			panic(err)
		}
		return w
	}}}
}

// compress compresses data, and returns it with the encoding that was used.
func (c *compressor) compress(data []byte, encoding string) ([]byte, string) {
	if len(data) < compressFrom {
		return data, encodingIdentity
	}
	switch encoding {
	case encodingZstd:
		return c.zstd.EncodeAll(data, make([]byte, 0, len(data)/4)), encodingZstd
	case encodingGzip:
		w := c.gzip.Get().(*gzip.Writer)
		defer c.gzip.Put(w)
		var small bytes.Buffer
		w.Reset(&small)
		// Writing into a buffer does not fail.
		_, _ = w.Write(data)
		_ = w.Close()
		return small.Bytes(), encodingGzip
	}
	return data, encodingIdentity
}
