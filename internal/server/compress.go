package server

import (
	"bytes"
	"compress/gzip"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// compressFrom is the size in bytes from which an answer is worth compressing:
// less goes in one packet anyway.
const compressFrom = 1_400

// compressor makes answers smaller. It is safe for concurrent use.
type compressor struct {
	zstd *zstd.Encoder
	gzip sync.Pool
}

func newCompressor() *compressor {
	// It is used for whole answers alone, which it encodes without goroutines of
	// its own.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		// Its options are constants.
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

// compress returns data in an encoding, and which it is in the end.
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
		// A buffer takes all that is written.
		_, _ = w.Write(data)
		_ = w.Close()
		return small.Bytes(), encodingGzip
	}
	return data, encodingIdentity
}
