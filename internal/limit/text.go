package limit

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"

	"clientgraph/internal/client"
)

// maxName bounds a name, because an unknown one is compared with all known ones.
const maxName = 1_000

// Text checks the text of a document before it is parsed. Errors: DOCUMENT_TOO_LARGE,
// TOO_MANY_TOKENS, QUERY_TOO_DEEP, GRAPHQL_PARSE_FAILED.
func (s Shape) Text(query string) error {
	if refusal := exceeds(CodeDocumentTooLarge, "bytes", "bytes of the document", int64(len(query)), s.Bytes); refusal != nil {
		return refusal
	}
	read := lexer.New(&ast.Source{Input: query})
	var tokens, nesting int64
	for {
		token, err := read.ReadToken()
		// The parser reports invalid tokens.
		if err != nil || token.Kind == lexer.EOF {
			return nil
		}
		tokens++
		switch token.Kind {
		case lexer.BraceL, lexer.BracketL, lexer.ParenL:
			nesting++
		case lexer.BraceR, lexer.BracketR, lexer.ParenR:
			nesting--
		case lexer.Name:
			if len(token.Value) > maxName {
				return &client.Error{Code: codeUnparseable, Message: fmt.Sprintf("a name of the document has over %d letters; shorten it", maxName)}
			}
		case lexer.String:
			// The lexer replaces half a surrogate pair by the replacement character.
			if strings.Contains(token.Value, "\ufffd") && hasLoneSurrogate([]rune(query)[token.Pos.Start:token.Pos.End]) {
				return &client.Error{Code: codeUnparseable, Message: "a string of the document has half a surrogate pair; escape whole characters"}
			}
		}
		refusal := firstOf(
			exceeds(CodeTooManyTokens, "tokens", "tokens of the document", tokens, s.Tokens),
			exceeds(CodeTooDeep, "depth", "brackets within brackets", nesting, s.Nesting))
		if refusal != nil {
			return refusal
		}
	}
}

// hasLoneSurrogate says whether a string literal escapes half of a surrogate pair without
// the other half.
func hasLoneSurrogate(text []rune) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		unit, isUnit := codeUnit(text[i:])
		if !isUnit || !utf16.IsSurrogate(unit) {
			i++
			continue
		}
		low, _ := codeUnit(text[i+6:])
		if utf16.DecodeRune(unit, low) == '\ufffd' {
			return true
		}
		i += 11
	}
	return false
}

// codeUnit returns the code unit of an escape with four hexadecimal digits.
func codeUnit(text []rune) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return rune(unit), err == nil
}
