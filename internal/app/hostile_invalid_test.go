//go:build hostile && linux

package app_test

import "strings"

// hostileInvalid break each rule of GraphQL as often as a document has room for,
// and are told so in 50 errors.
func hostileInvalid() []hostile {
	const invalid = "GRAPHQL_VALIDATION_FAILED"
	const patch = `mutation { patchClient(clientId: "1", patch: {PATCH}) { client { id } } }`
	patched := func(fields string) string { return strings.ReplaceAll(patch, "PATCH", fields) }
	return []hostile{
		document("4,800 fractions for ids", invalid, "{ nodes(ids: ["+each(4_800, "1.5 ")+"]) { id } }"),
		document("4,800 truths for ids", invalid, "{ nodes(ids: ["+each(4_800, "true ")+"]) { id } }"),
		document("2,400 objects for ids", invalid, "{ nodes(ids: ["+each(2_400, "{} ")+"]) { id } }"),
		document("4,800 nulls in a list that has none", invalid, "{ nodes(ids: ["+each(4_800, "null ")+"]) { id } }"),
		document("4,800 words for ids", invalid, "{ nodes(ids: ["+each(4_800, "A ")+"]) { id } }"),
		document("4,800 numbers for tags", invalid, patched("tags: ["+each(4_800, "1 ")+"]")),
		document("4,800 values that an enum has not", invalid, "{ clientReportCount(filter: {statusList: ["+each(4_800, "ACTIV ")+"]}) }"),
		document("4,800 texts for an enum", invalid, "{ clientReportCount(filter: {statusList: ["+each(4_800, `"ACTIVE" `)+"]}) }"),
		document("lists for a date", invalid, "{ clientReportCount(filter: {startDate: ["+each(4_800, `1 `)+"]}) }"),
		document("1,200 fields that an input has not", invalid, patched(each(1_200, "f%d: 1 "))),
		document("1,200 fields that resemble those of an input", invalid, patched(each(1_200, "excludeEmailTemplateIdLis%d: 1 "))),
		document("1,500 times one field of an input", invalid, patched(each(1_500, `city: "x" `))),
		document("500 objects that lack what they need", invalid, patched("fields: ["+each(2_000, "{} ")+"]")),
		document("600 keys where one is due", invalid, `mutation { upsertClient(by: {`+each(600, `emailAddress: "a" clientId: 1 `)+`}, input: {}) { client { id } } }`),
		document("values of 60 KiB of the wrong type", invalid, patched("tags: ["+each(20, `{a: "`+strings.Repeat("x", 3_000)+`"} `)+"]")),
		document("wrong values nested as deep as may be", invalid, "{ nodes(ids: "+nested(50, "[", each(2_000, "1.5 "), "]")+") { id } }"),
		document("800 variables of types that are not there", invalid, "query ("+each(800, "$a%d: Clien ")+") { me { user } }"),
		document("800 variables of output types", invalid, "query ("+each(800, "$a%d: Client ")+") { me { user } }"),
		document("800 variables with wrong defaults", invalid, "query ("+each(600, "$a%d: Int = 1.5 ")+") { me { user } }"),
		document("1,000 variables where another type is due", invalid, "query ($a: String) { nodes(ids: ["+each(1_000, "$a ")+"]) { id } }"),
		document("100 unknown directives", invalid, "{ me { user "+each(100, "@d%d ")+"} }"),
		document("100 directives twice", invalid, "{ me {"+each(50, "user @skip(if: true) @skip(if: true) ")+"} }"),
		document("100 directives that lack their argument", invalid, "{ me {"+each(100, "user @skip ")+"} }"),
		document("arguments that are lacking, 240 times", invalid, "{ me { user } "+each(19, "a%d: client { id } ")+"}"),
		document("leaves with a selection, 240 times", invalid, "{ me {"+each(240, "user { a } ")+"} }"),
		document("objects without a selection", invalid, "{ clients(pageSize: 1) {"+each(90, "a%d: viewClients ")+"} }"),
		document("inline fragments on types that can't be there", invalid, "{ me {"+each(240, "... on Client { id } ")+"} }"),
		document("fragments on scalars", invalid, "{ me { user } "+each(240, "... on Int { a } ")+"}"),
		document("a variable in each of 100 fragments that nobody declares", invalid, "{ clients(pageSize: 1) {"+each(100, "...F%d ")+"} }"+each(100, "fragment F%d on Client { viewClients(first: $a) { id } } ")),
		document("a subscription of two fields in 100 fragments", invalid, "subscription { clientChanged { cursor } "+each(100, "... { __typename } ")+"}"),
		document("500 anonymous operations beside one of a name", invalid, "query A { me { user } }"+each(500, "{ me { user } } ")),
	}
}
