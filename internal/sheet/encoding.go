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

// Encoding is how a file's characters are written.
type Encoding string

// The encodings that are told apart.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// marks are what files of an encoding may begin with.
func marks() map[Encoding]string {
	return map[Encoding]string{UTF8: "\xef\xbb\xbf", UTF16LE: "\xff\xfe", UTF16BE: "\xfe\xff"}
}

const (
	// headSize is how much of a file is looked at for UTF-16 without a mark, in bytes.
	headSize = 4 << 10
	// charactersAZero is in how many of its characters, at most, there is one with a
	// byte that is zero: a delimiter, a space or a line break.
	charactersAZero = 64
	// fewestZeros are more than get into a short file of another encoding by mishap: in
	// UTF-16 a delimiter or a space has one, and each end of a row.
	fewestZeros = 2
)

// Detect reads a file and says how it is written: as the mark says that it begins
// with. Without one it is UTF-16, where its beginning has the zeros of that; else UTF-8,
// where all of it is; else Windows-1252, in which every byte is a character.
func Detect(file io.Reader) (Encoding, error) {
	in := bufio.NewReaderSize(file, readAhead)
	// A short file has no more than it has.
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
		// Whoever digests the file reads all of it.
		_, err := io.Copy(io.Discard, in)
		return found, err
	}
	return detectUnmarked(in)
}

// unmarkedUTF16 says whether the beginning of a file without a mark is UTF-16, and which; empty
// for what is not. What is written in one byte has no zeros; in UTF-16 one of the two
// bytes of each ASCII character is zero, always on the same side.
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
		// The beginning of a character whose end is still to be read.
		kept = copy(buffer, text)
		if errors.Is(err, io.EOF) {
			return encoding, nil
		}
		if err != nil {
			return "", fmt.Errorf("read the file: %w", err)
		}
	}
}

// Decode is the text of a file as UTF-8, without a mark at its beginning.
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
	// A file that is shorter, or can't be read, has no mark: reading on tells.
	if head, _ := in.Peek(len(mark)); string(head) == mark {
		_, _ = in.Discard(len(mark))
	}
	return in
}
