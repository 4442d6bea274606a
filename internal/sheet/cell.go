package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark makes spreadsheets treat a cell as text. They don't show it.
const mark = '\''

// Neutral returns a text as a cell that no spreadsheet executes: text that looks like a
// formula gets an apostrophe before it. So does text that has only spaces, which would
// look like an empty cell, and text that Text would take for a cell with an apostrophe.
// Text(Neutral(text)) is always the text.
func Neutral(text string) string {
	if needsMark(text) || startsWithMark(text) {
		return string(mark) + text
	}
	return text
}

// IsEmpty says whether a cell has no value.
func IsEmpty(cell string) bool { return strings.TrimSpace(cell) == "" }

func needsMark(text string) bool { return isFormula(text) || IsEmpty(text) }

// startsWithMark says whether a cell begins with an apostrophe of Neutral.
func startsWithMark(cell string) bool {
	rest, marked := strings.CutPrefix(cell, string(mark))
	return marked && (needsMark(rest) || rest[0] == mark)
}

// Text returns the text of a cell without the apostrophe of Neutral.
func Text(cell string) string {
	if startsWithMark(cell) {
		return cell[len(string(mark)):]
	}
	return cell
}

// isFormula says whether spreadsheets may take a cell for a formula: by its first
// character, including the wide forms of East Asian keyboards.
func isFormula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return cell != ""
	}
	return false
}

const (
	// escape makes the separator, a space at an end, or another escape part of an entry.
	escape = '\\'
	// blank is an empty entry.
	blank = `\e`
)

// Join returns a list as one cell: its entries with the separator between them. Split
// returns the same entries.
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
			// Bytes, not the rune: invalid UTF-8 stays unchanged.
			cell.WriteString(entry[at : at+size])
			at += size
		}
	}
	return cell.String()
}

// Split returns the list in a cell. Spaces around entries are removed, and empty entries
// are ignored, because people write "a; b;".
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

// cutEntry returns the first entry of a list as written, without spaces around it.
func cutEntry(cell string, separator rune) (entry, rest string, more bool) {
	cell = strings.TrimLeftFunc(cell, func(r rune) bool { return r != separator && unicode.IsSpace(r) })
	// end is the end of the last character that is part of the entry.
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
