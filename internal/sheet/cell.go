package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark is what spreadsheets take for: this is text. They don't show it.
const mark = '\''

// Neutral is a text as a cell that no spreadsheet executes: one that begins like a
// formula gets an apostrophe before it. So does one of spaces alone, which would be
// taken for an empty cell, and one that Text would take for a cell with an apostrophe:
// Text(Neutral(text)) is the text, whatever it is.
func Neutral(text string) string {
	if needsMark(text) || startsWithMark(text) {
		return string(mark) + text
	}
	return text
}

// IsEmpty says whether a cell says nothing.
func IsEmpty(cell string) bool { return strings.TrimSpace(cell) == "" }

func needsMark(text string) bool { return isFormula(text) || IsEmpty(text) }

// startsWithMark says whether a cell begins with an apostrophe that Neutral puts there.
func startsWithMark(cell string) bool {
	rest, marked := strings.CutPrefix(cell, string(mark))
	return marked && (needsMark(rest) || rest[0] == mark)
}

// Text is the text of a cell: an apostrophe that Neutral put before it is taken away.
func Text(cell string) string {
	if startsWithMark(cell) {
		return cell[len(string(mark)):]
	}
	return cell
}

// executed says whether spreadsheets may take a cell for a formula: by its first
// character, the wide forms of East Asian keyboards among them.
func isFormula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return cell != ""
	}
	return false
}

const (
	// escape is what makes the separator, a space at an end, or another escape, part of
	// an entry.
	escape = '\\'
	// blank is an entry of no characters.
	blank = `\e`
)

// Join is a list in one cell: its entries with the separator between them. Split
// reads the same entries, whatever they hold.
func Join(entries []string, separator rune) string {
	var cell strings.Builder
	for i, entry := range entries {
		if i > 0 {
			cell.WriteRune(separator)
		}
		if entry == "" {
			cell.WriteString(blank)
		}
		for at := 0; at < len(entry); {
			r, size := utf8.DecodeRuneInString(entry[at:])
			atEnd := at == 0 || at+size == len(entry)
			if r == escape || r == separator || atEnd && unicode.IsSpace(r) {
				cell.WriteRune(escape)
			}
			// Bytes, not the rune: what is no UTF-8 stays as it is.
			cell.WriteString(entry[at : at+size])
			at += size
		}
	}
	return cell.String()
}

// Split is the list in a cell. Spaces around an entry are none of it, and entries
// without a character are passed over: people write "a; b;".
func Split(cell string, separator rune) []string {
	entries := []string{}
	for rest, more := cell, true; more; {
		var entry string
		if entry, rest, more = cutEntry(rest, separator); entry != "" {
			if entry == blank {
				entry = ""
			}
			entries = append(entries, unescaped(entry, separator))
		}
	}
	return entries
}

// cutEntry is the first entry of a list, as it is written but for spaces around it.
func cutEntry(cell string, separator rune) (entry, rest string, more bool) {
	cell = strings.TrimLeftFunc(cell, func(r rune) bool { return r != separator && unicode.IsSpace(r) })
	// end is behind the last character that is part of the entry.
	end := 0
	for at := 0; at < len(cell); {
		r, size := utf8.DecodeRuneInString(cell[at:])
		switch {
		case r == escape && escapes(cell[at+size:], separator):
			_, next := utf8.DecodeRuneInString(cell[at+size:])
			size += next
			end = at + size
		case r == separator:
			return cell[:end], cell[at+size:], true
		case !unicode.IsSpace(r):
			end = at + size
		}
		at += size
	}
	return cell[:end], "", false
}

// escapes says whether an escape before the text makes its first character part of an
// entry.
func escapes(text string, separator rune) bool {
	next, _ := utf8.DecodeRuneInString(text)
	return text != "" && (next == escape || next == separator || unicode.IsSpace(next))
}

func unescaped(entry string, separator rune) string {
	if !strings.ContainsRune(entry, escape) {
		return entry
	}
	var text strings.Builder
	for at := 0; at < len(entry); {
		r, size := utf8.DecodeRuneInString(entry[at:])
		if r == escape && escapes(entry[at+size:], separator) {
			at += size
			_, size = utf8.DecodeRuneInString(entry[at:])
		}
		text.WriteString(entry[at : at+size])
		at += size
	}
	return text.String()
}
