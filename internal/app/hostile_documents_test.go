//go:build hostile && linux

package app_test

import (
	"fmt"
	"strings"
)

// each joins n texts, made of a format that may name the number of each.
func each(n int, format string) string {
	var text strings.Builder
	for i := range n {
		if strings.Contains(format, "%") {
			fmt.Fprintf(&text, format, i)
		} else {
			text.WriteString(format)
		}
	}
	return text.String()
}

// nested is n times open, the middle, and n times shut.
func nested(n int, open, middle, shut string) string {
	return strings.Repeat(open, n) + middle + strings.Repeat(shut, n)
}

// bomb is n fragments, each of which spreads the next one as often as times, by
// that text, and the last of which has leaf.
func bomb(n, times int, spread, leaf string) string {
	text := "query { ...F0 }"
	for i := range n {
		body := leaf
		if i < n-1 {
			body = each(times, strings.ReplaceAll(spread, "NEXT", fmt.Sprintf("...F%d", i+1)))
		}
		text += fmt.Sprintf(" fragment F%d on Query { %s }", i, body)
	}
	return text
}

// cycle is n fragments, each of which spreads the next one by that text, and the
// last one the first.
func cycle(n int, on, spread string) string {
	text := ""
	for i := range n {
		text += fmt.Sprintf(" fragment F%d on %s { %s }", i, on, strings.ReplaceAll(spread, "NEXT", fmt.Sprintf("...F%d", (i+1)%n)))
	}
	return text
}

// hostileFragments spread out to far more than they are, or without end.
func hostileFragments() []hostile {
	all := []hostile{
		document("bomb of 10 doubling fragments, under aliases", "TOO_MANY_ALIASES", bombOn(10, "a: viewClients { NEXT } b: viewClients { NEXT }")),
		document("bomb of 60 doubling fragments, deep", "QUERY_TOO_DEEP", bombOn(60, "a: viewClients { NEXT } b: viewClients { NEXT }")),
		document("bomb of 11 tenfold lists", "QUERY_TOO_COSTLY", bombOn(11, "viewClients(first: 10) { NEXT }")),
		document("bomb of 40 fields deep", "QUERY_TOO_DEEP", bombOn(40, "viewClients(first: 1) { NEXT }")),
		document("fragment of 200 fields spread 200 times", "TOO_MANY_FIELDS", "{ clients(pageSize: 1) {"+each(200, "...F ")+"} } fragment F on Client {"+each(200, "a%d: clientId ")+"}"),
		document("251 fragments spread in one selection", "TOO_MANY_FRAGMENTS", "{"+each(251, "...F%d ")+"}"+each(251, "fragment F%d on Query { me { user } } ")),
		document("one fragment spread 2,000 times", "TOO_MANY_FRAGMENTS", "{"+each(2_000, "...F ")+"} fragment F on Query { me { user } }"),
		document("a cycle of one", "FRAGMENT_CYCLE", "{ ...F0 }"+cycle(1, "Query", "NEXT")),
		document("a cycle that nobody spreads", "FRAGMENT_CYCLE", "{ me { user } }"+cycle(2, "Query", "NEXT")),
		document("a cycle through fields", "FRAGMENT_CYCLE", "{ clients { ...F0 } }"+cycle(3, "Client", "viewClients { NEXT }")),
		document("a cycle through inline fragments", "FRAGMENT_CYCLE", "{ ...F0 }"+cycle(5, "Query", "... { ... on Query { NEXT } }")),
		document("a cycle of doubling spreads", "FRAGMENT_CYCLE", "{ ...F0 }"+cycle(40, "Query", "NEXT NEXT")),
		document("a cycle in another operation", "FRAGMENT_CYCLE", "query A { me { user } } query B { ...F0 }"+cycle(2, "Query", "NEXT")),
		document("spreads of fragments that are not there", "GRAPHQL_VALIDATION_FAILED", "{"+each(240, "...F%d ")+"}"),
		document("fragments of one name", "GRAPHQL_VALIDATION_FAILED", "{ ...F }"+each(200, "fragment F on Query { me { user } } ")),
		document("fragments on types that are not there", "GRAPHQL_VALIDATION_FAILED", "{"+each(20, "...F%d ")+"}"+each(20, "fragment F%d on T%[1]d { id } ")),
		document("fragments that nobody spreads", "GRAPHQL_VALIDATION_FAILED", "{ me { user } }"+each(249, "fragment F%d on Query { me { user } } ")),
		document("inline fragments in each other", "QUERY_TOO_DEEP", nested(100, "{ ... ", "{ me { user } }", "}")),
		document("2,400 inline fragments", "TOO_MANY_REPEATED_FIELDS", "{"+each(600, "... { clientCount } ")+"}"),
	}
	for _, n := range []int{10, 13, 18, 24, 100, 240} {
		all = append(all, document(fmt.Sprintf("bomb of %d doubling fragments", n), "TOO_MANY_REPEATED_FIELDS", bomb(n, 2, "NEXT ", "clientCount")))
	}
	for _, n := range []int{12, 20, 120} {
		all = append(all, document(fmt.Sprintf("bomb of %d doubling fragments, each inline", n), "TOO_MANY_REPEATED_FIELDS", bomb(n, 2, "... on Query { NEXT } ", "me { user }")))
	}
	for _, n := range []int{251, 400, 600} {
		all = append(all, document(fmt.Sprintf("a chain of %d fragments", n), "TOO_MANY_FRAGMENTS", bomb(n, 1, "NEXT", "me { user }")))
	}
	for _, n := range []int{2, 10, 100, 249} {
		all = append(all, document(fmt.Sprintf("a cycle of %d", n), "FRAGMENT_CYCLE", "{ ...F0 }"+cycle(n, "Query", "NEXT")))
	}
	return all
}

// bombOn is a bomb of fragments on clients.
func bombOn(n int, body string) string {
	text := "{ clients(pageSize: 1) { ...F0 } }"
	for i := range n {
		fields := "clientId"
		if i < n-1 {
			fields = strings.ReplaceAll(body, "NEXT", fmt.Sprintf("...F%d", i+1))
		}
		text += fmt.Sprintf(" fragment F%d on Client { %s }", i, fields)
	}
	return text
}

// hostileSelections ask for much in few or many words.
func hostileSelections() []hostile {
	repeated := each(240, "clientId ")
	all := []hostile{
		document("aliases below a list", "TOO_MANY_ALIASES", "{ clients(pageSize: 1) {"+each(101, "a%d: clientId ")+"} }"),
		document("aliases in fragments", "TOO_MANY_ALIASES", "{ ...A ...B } fragment A on Query { me {"+each(51, "a%d: user ")+"} } fragment B on Query { me {"+each(51, "b%d: user ")+"} }"),
		document("aliases of __typename", "TOO_MANY_ALIASES", "{ me {"+each(1_000, "a%d: __typename ")+"} }"),
		document("21 mutations", "TOO_MANY_ROOT_FIELDS", "mutation {"+each(21, `a%d: deleteClient(clientId: "1") { userErrors { code } } `)+"}"),
		document("roots by fragments", "TOO_MANY_ROOT_FIELDS", "{ ...A ...B } fragment A on Query {"+each(15, "a%d: clientCount ")+"} fragment B on Query {"+each(15, "b%d: clientCount ")+"}"),
		document("600 logins of a field that counts", "TOO_MANY_REPEATED_FIELDS", "{"+each(600, "clientCount ")+"}"),
		document("2,400 times one field", "TOO_MANY_REPEATED_FIELDS", "{ clients {"+each(2_400, "clientId ")+"} }"),
		document("repeated fields in each of 20 repeated lists", "TOO_MANY_REPEATED_FIELDS", "{"+each(20, "clients(pageSize: 1) { "+repeated+"} ")+"}"),
		document("repeated fields in each of 19 lists by name", "TOO_MANY_REPEATED_FIELDS", "{"+each(19, "a%d: clients(pageSize: 1) { "+repeated+"} ")+"}"),
		document("repeated lists four deep", "TOO_MANY_REPEATED_FIELDS", "{ clients(pageSize: 1) {"+each(6, "viewClients { "+each(6, "viewClients { "+each(6, "viewClients { "+each(6, "clientId ")+"} ")+"} ")+"} ")+"} }"),
		document("repeated fields in an operation beside", "TOO_MANY_REPEATED_FIELDS", "query A { me { user } } query B { clients {"+each(2_400, "clientId ")+"} }"),
		document("repeated lists in an operation beside", "TOO_MANY_REPEATED_FIELDS", "query A { me { user } } query B {"+each(20, "clients(pageSize: 1) { "+repeated+"} ")+"}"),
		document("repeated fields by 200 fragments of their own", "TOO_MANY_REPEATED_FIELDS", "{ clients {"+each(200, "...F%d ")+"} }"+each(200, "fragment F%d on Client { clientId firstName lastName fullName city zip } ")),
		document("fields that can't be merged", "TOO_MANY_REPEATED_FIELDS", "{ clients(pageSize: 1) {"+each(90, "a: viewClients(first: %d) { clientId } ")+"} }"),
		document("fields that are not there", "GRAPHQL_VALIDATION_FAILED", "{ clients(pageSize: 1) {"+each(1_200, "f%d ")+"} }"),
		document("names that resemble all others", "GRAPHQL_VALIDATION_FAILED", "{ clients(pageSize: 1) {"+each(1_200, "excludeEmailTemplateIdLis%d ")+"} }"),
		document("arguments that are not there", "GRAPHQL_VALIDATION_FAILED", "{ clients("+each(1_200, "a%d: 1 ")+") { clientId } }"),
		document("one argument 1,200 times", "GRAPHQL_VALIDATION_FAILED", "{ clients("+each(1_200, "pageSize: 1 ")+") { clientId } }"),
		document("one variable 1,000 times", "GRAPHQL_VALIDATION_FAILED", "query ("+each(1_000, "$a: Int ")+") { clients(pageSize: $a) { clientId } }"),
		document("1,000 variables that nobody uses", "GRAPHQL_VALIDATION_FAILED", "query ("+each(1_000, "$a%d: Int ")+") { me { user } }"),
		document("1,200 variables that nobody declares", "GRAPHQL_VALIDATION_FAILED", "{ nodes(ids: ["+each(1_200, "$a%d ")+"]) { id } }"),
		document("600 operations of one name", "GRAPHQL_VALIDATION_FAILED", each(600, "query A { me { user } } ")),
		document("600 operations without a name", "GRAPHQL_VALIDATION_FAILED", each(600, "{ me { user } } ")),
		document("a list of 1,001 ids", "TOO_MANY", `{ nodes(ids: [`+each(1_001, `"%d" `)+`]) { id } }`),
		document("a page of 501", "OUT_OF_RANGE", "{ clients(pageSize: 501) { clientId } }"),
		document("a page below the first", "OUT_OF_RANGE", "{ clients(pageNumber: -2147483648) { clientId } }"),
		document("viewers of viewers", "QUERY_TOO_COSTLY", "{ clients(pageSize: 500) { viewClients(first: 500) { viewByClients(first: 500) { clientId } } } }"),
		document("viewers of viewers without a size", "QUERY_TOO_COSTLY", "{ clients(pageSize: 500) { "+nested(5, "viewClients {", "clientId", "}")+" } }"),
		document("history of everybody", "QUERY_TOO_COSTLY", "{ clients(pageSize: 500) { history(first: 100) { nodes { version } } } }"),
		document("a size in the default of a variable", "QUERY_TOO_COSTLY", "query ($n: Int! = 500) { clients(pageSize: $n) { viewClients(first: $n) { clientId } } }"),
		document("20 reports of all", "QUERY_TOO_COSTLY", "{"+each(20, "a%d: clientReport(pageSize: 500) { clientId firstName lastName city zip fullName } ")+"}"),
	}
	for _, n := range []int{101, 800, 1_600} {
		all = append(all, document(fmt.Sprintf("%d aliases", n), "TOO_MANY_ALIASES", "{ me {"+each(n, "a%d: user ")+"} }"))
	}
	for _, n := range []int{21, 100} {
		all = append(all, document(fmt.Sprintf("%d fields of the root", n), "TOO_MANY_ROOT_FIELDS", "{"+each(n, "a%d: clientCount ")+"}"))
	}
	for _, n := range []int{13, 28} {
		all = append(all, document(fmt.Sprintf("%d fields deep", n), "QUERY_TOO_DEEP", "{ clients { "+nested(n, "viewClients { ", "clientId", "}")+" } }"))
	}
	for _, n := range []int{61, 1_000, 2_400} {
		all = append(all, document(fmt.Sprintf("%d brackets deep", n), "QUERY_TOO_DEEP", nested(n, "{ a ", "", "}")))
	}
	return all
}

// hostileTexts are hard to read as documents.
func hostileTexts() []hostile {
	const kib = 1 << 10
	return []hostile{
		document("6,000 tokens", "TOO_MANY_TOKENS", "{ me {"+each(6_000, "user ")+"} }"),
		document("60,000 tokens of one letter", "DOCUMENT_TOO_LARGE", strings.Repeat("{ ", 60*kib)),
		document("30,000 open brackets", "QUERY_TOO_DEEP", strings.Repeat("{ ", 30*kib)),
		document("60,000 shut brackets", "TOO_MANY_TOKENS", strings.Repeat("}", 60*kib)),
		document("a list of lists", "QUERY_TOO_DEEP", "{ nodes(ids: "+nested(2_000, "[", "", "]")+") { id } }"),
		document("an object of objects", "QUERY_TOO_DEEP", "{ clientReport(filter: "+nested(1_000, "{a: ", "1", "}")+") { clientId } }"),
		document("a type of lists", "QUERY_TOO_DEEP", "query ($a: "+nested(2_000, "[", "Int", "]")+") { me { user } }"),
		document("a document of 64 KiB and a byte", "DOCUMENT_TOO_LARGE", "{ me { user } }"+strings.Repeat(" ", 64*kib)),
		document("a document of 900 KiB", "DOCUMENT_TOO_LARGE", "{ me { user } } #"+strings.Repeat("x", 900*kib)),
		document("a name of 60 KiB", "GRAPHQL_PARSE_FAILED", "{ "+strings.Repeat("x", 60*kib)+" }"),
		document("a number of 60,000 digits", "GRAPHQL_VALIDATION_FAILED", "{ clients(pageSize: "+strings.Repeat("9", 60_000)+") { clientId } }"),
		document("a fraction of 60,000 digits", "GRAPHQL_VALIDATION_FAILED", "{ clients(pageSize: 0."+strings.Repeat("9", 60_000)+"e99999) { clientId } }"),
		document("a string that does not end", "GRAPHQL_PARSE_FAILED", `{ client(clientId: "`+strings.Repeat("x", 60*kib)),
		document("a block string that does not end", "GRAPHQL_PARSE_FAILED", `{ client(clientId: """`+strings.Repeat("\n ", 30*kib)),
		document("a block string of 60,000 lines", "INVALID_ID", `{ client(clientId: """`+strings.Repeat("\n", 60*kib)+`x""") { clientId } }`),
		document("a block string of 300 lines, each further in", "INVALID_ID", `{ client(clientId: """`+steps(300)+`""") { clientId } }`),
		document("10,000 escapes, the last one wrong", "GRAPHQL_PARSE_FAILED", `{ client(clientId: "`+strings.Repeat(`\u0041`, 10_000)+`\u004") { clientId } }`),
		document("a lone surrogate in a string", "GRAPHQL_PARSE_FAILED", `{ client(clientId: "\ud800") { clientId } }`),
		document("a lone surrogate in braces", "GRAPHQL_PARSE_FAILED", `{ client(clientId: "\u{d800}") { clientId } }`),
		document("surrogates the wrong way round", "GRAPHQL_PARSE_FAILED", `{ client(clientId: "\udc00\ud800") { clientId } }`),
		document("a code point beyond the last one", "GRAPHQL_PARSE_FAILED", `{ client(clientId: "\u{110000}") { clientId } }`),
		document("a NUL in the document", "GRAPHQL_PARSE_FAILED", "{ me { user } }\x00"),
		document("a NUL in a string", "GRAPHQL_PARSE_FAILED", "{ client(clientId: \"\x00\") { clientId } }"),
		document("a NUL in a comment", "GRAPHQL_PARSE_FAILED", "{ me { user } } #\x00"),
		document("60,000 commas and no field", "GRAPHQL_PARSE_FAILED", "{"+strings.Repeat(",", 60*kib)+"}"),
		document("byte order marks", "GRAPHQL_PARSE_FAILED", "{"+strings.Repeat("\ufeff", 20*kib)+"}"),
		document("60 KiB of comment and no field", "GRAPHQL_PARSE_FAILED", "{ #"+strings.Repeat("x", 60*kib)+"\n}"),
		document("20,000 comments", "TOO_MANY_TOKENS", "{"+strings.Repeat("#\n", 20*kib)+"}"),
		document("a schema for an operation", "GRAPHQL_PARSE_FAILED", "type Query { a: Int }"),
		document("a directive of 101 times", "TOO_MANY_DIRECTIVES", "{ me { user "+each(101, "@include(if: true) ")+"} }"),
		document("1,000 directives that are not there", "TOO_MANY_DIRECTIVES", "{ me { user "+each(1_000, "@d%d ")+"} }"),
		document("a directive on each of 101 fields", "TOO_MANY_DIRECTIVES", "{ me {"+each(101, "user @skip(if: false) ")+"} }"),
		document("directives on the operation", "TOO_MANY_DIRECTIVES", "query "+each(2_000, "@a ")+" { me { user } }"),
		document("directives on variables", "TOO_MANY_DIRECTIVES", "query ("+each(200, "$a%d: Int @a ")+") { me { user } }"),
		document("directives on fragments", "TOO_MANY_DIRECTIVES", "{"+each(101, "...F @include(if: true) ")+"} fragment F on Query { me { user } }"),
		document("directives on fragments that nobody spreads", "TOO_MANY_DIRECTIVES", "{ me { user } } fragment F on Query "+each(500, "@a ")+"{ me { user } }"),
		document("directives in an operation beside", "TOO_MANY_DIRECTIVES", "query A { me { user } } query B { me { user "+each(500, "@include(if: true) ")+"} }"),
	}
}

// steps is that many lines, each further in than the last.
func steps(n int) string {
	text := ""
	for i := range n {
		text += "\n" + strings.Repeat(" ", n-i) + "x"
	}
	return text
}

// hostileIntrospection reads the schema more often than anybody needs to.
func hostileIntrospection() []hostile {
	types := func(n int) string { return nested(n, "fields { type { ", "name", "} }") }
	return []hostile{
		document("types of fields of types, 5 times", "QUERY_TOO_COSTLY", "{ __schema { types { "+types(5)+" } } }"),
		document("types of fields of types, 9 times", "QUERY_TOO_DEEP", "{ __schema { types { "+types(9)+" } } }"),
		document("the schema 20 times", "QUERY_TOO_COSTLY", "{"+each(20, "a%d: __schema { types { fields { args { type { ofType { name } } } type { fields { args { name } } } } } } ")+"}"),
		document("a type 30 times", "TOO_MANY_ROOT_FIELDS", "{"+each(30, `a%d: __type(name: "Client") { fields { name } } `)+"}"),
		document("aliases below the schema", "TOO_MANY_ALIASES", "{ __schema { types {"+each(150, "a%d: name ")+"} } }"),
		document("possible types of possible types", "QUERY_TOO_DEEP", "{ __schema { types { "+nested(14, "possibleTypes { ", "name", "}")+" } } }"),
		document("a bomb below the schema", "TOO_MANY_REPEATED_FIELDS", "{ __schema { types { ...F0 } } }"+introspectionBomb(30)),
	}
}

func introspectionBomb(n int) string {
	text := ""
	for i := range n {
		text += fmt.Sprintf(" fragment F%d on __Type { ...F%d ...F%d }", i, i+1, i+1)
	}
	return text + fmt.Sprintf(" fragment F%d on __Type { name }", n)
}
