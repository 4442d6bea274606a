package limit

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// Text checks a document's text, before it is parsed. Errors:
// DOCUMENT_TOO_LARGE, TOO_MANY_TOKENS, QUERY_TOO_DEEP.
func (s Shape) Text(query string) error {
	if refusal := exceeds(CodeDocumentTooLarge, "bytes", "bytes of the document", int64(len(query)), s.Bytes); refusal != nil {
		return refusal
	}
	read := lexer.New(&ast.Source{Input: query})
	var tokens, nesting int64
	for {
		token, err := read.ReadToken()
		// What is no token is the parser's to tell.
		if err != nil || token.Kind == lexer.EOF {
			return nil
		}
		tokens++
		switch token.Kind {
		case lexer.BraceL, lexer.BracketL, lexer.ParenL:
			nesting++
		case lexer.BraceR, lexer.BracketR, lexer.ParenR:
			nesting--
		}
		refusal := firstOf(
			exceeds(CodeTooManyTokens, "tokens", "tokens of the document", tokens, s.Tokens),
			exceeds(CodeTooDeep, "depth", "brackets within brackets", nesting, s.Nesting))
		if refusal != nil {
			return refusal
		}
	}
}
