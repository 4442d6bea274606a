package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is the character encoding of a file.
type Encoding string

// The supported encodings.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// marks returns the byte order mark of each encoding.
func marks() map[Encoding]string {
	return map[Encoding]string{UTF8: "\xef\xbb\xbf", UTF16LE: "\xff\xfe", UTF16BE: "\xfe\xff"}
}

const (
	// headSize is how many bytes of a file are searched for UTF-16 without a mark.
	headSize = 4 << 10
	// charactersAZero bounds the characters for one zero byte in UTF-16: each delimiter,
	// space or line break has one.
	charactersAZero = 64
	// fewestZeros is more zero bytes than a short file in another encoding has by
	// accident: in UTF-16 each delimiter, space and row end has one.
	fewestZeros = 2
)

// Detect reads a file and returns its encoding: that of its byte order mark. Without a
// mark it is UTF-16 if the beginning has the zeros of UTF-16; else UTF-8 if all of it is
// valid; else Windows-1252, in which every byte is a character.
func Detect(file io.Reader) (Encoding, error) {
	in := bufio.NewReaderSize(file, readAhead)
	// For a file shorter than that the error is io.EOF.
	head, err := in.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the file: %w", err)
	}
	found := unmarkedUTF16(head)
	for encoding, mark := range marks() {
		if bytes.HasPrefix(head, []byte(mark)) {
			found = encoding
		}
	}
	if found != "" {
		// The caller may compute a digest of the whole file while it is read.
		_, err := io.Copy(io.Discard, in)
		return found, err
	}
	return detectUnmarked(in)
}

// unmarkedUTF16 returns the UTF-16 encoding of the beginning of a file without a mark;
// empty if it is not UTF-16. Encodings with one byte for a letter have no zeros; in
// UTF-16 one of the two bytes of each ASCII character is zero, always on the same side.
func unmarkedUTF16(head []byte) Encoding {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	enough := max(len(head)/2/charactersAZero, fewestZeros)
	switch {
	case zeros[0] == 0 && zeros[1] >= enough:
		return UTF16LE
	case zeros[1] == 0 && zeros[0] >= enough:
		return UTF16BE
	}
	return ""
}

func detectUnmarked(in io.Reader) (Encoding, error) {
	encoding := UTF8
	buffer := make([]byte, readAhead)
	kept := 0
	for {
		n, err := in.Read(buffer[kept:])
		text := buffer[:kept+n]
		for len(text) > 0 && (utf8.FullRune(text) || err != nil) {
			r, size := utf8.DecodeRune(text)
			if r == utf8.RuneError && size == 1 {
				encoding = Windows1252
			}
			text = text[size:]
		}
		// An incomplete character is kept until its rest is read.
		kept = copy(buffer, text)
		if errors.Is(err, io.EOF) {
			return encoding, nil
		}
		if err != nil {
			return "", fmt.Errorf("read the file: %w", err)
		}
	}
}

// Decode returns the text of a file as UTF-8, without a byte order mark.
func Decode(file io.Reader, encoding Encoding) io.Reader {
	switch encoding {
	case UTF16LE:
		return transform.NewReader(file, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case UTF16BE:
		return transform.NewReader(file, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	case Windows1252:
		return transform.NewReader(file, charmap.Windows1252.NewDecoder())
	}
	in := bufio.NewReaderSize(file, readAhead)
	mark := marks()[UTF8]
	// An error is reported by the next read.
	if head, _ := in.Peek(len(mark)); string(head) == mark {
		_, _ = in.Discard(len(mark))
	}
	return in
}
