//go:build hostile && linux

package app_test

import (
	"fmt"
	"net/url"
	"strings"
)

const mib = 1 << 20

// Operations that take what hostile variables hold.
const (
	hostileCreate  = `mutation ($input: CreateClientInput!, $key: String) { createClient(input: $input, idempotencyKey: $key) { userErrors { code } } }`
	hostilePatch   = `mutation ($patch: ClientPatch!, $id: ID!) { patchClient(clientId: $id, patch: $patch) { userErrors { code } } }`
	hostileCreates = `mutation ($inputs: [CreateClientInput!]!) { createClients(inputs: $inputs) { userErrors { code } } }`
	hostilePatches = `mutation ($patches: [ClientPatchEntry!]!) { patchClients(patches: $patches) { userErrors { code } } }`
	hostileFilter  = `query ($filter: ClientReportFilter) { clientReport(filter: $filter) { clientId } }`
	hostilePage    = `query ($first: Int, $after: String) { clientConnection(first: $first, after: $after) { nodes { clientId } } }`
	hostileNodes   = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`
)

// hostileBodies are hard to read as JSON, or could be read in two ways.
func hostileBodies() []hostile {
	const ask = `"query":"{ me { user } }"`
	all := []hostile{
		post("nothing", "BAD_REQUEST", ""),
		post("white space of 1 MiB", "BAD_REQUEST", strings.Repeat(" ", mib)),
		post("1 MiB of open lists", "BATCHING_NOT_SUPPORTED", strings.Repeat("[", mib)),
		post("1 MiB of open objects", "BAD_REQUEST", strings.Repeat(`{"a":`, mib/5)),
		post("a batch of 10,000", "BATCHING_NOT_SUPPORTED", "["+each(10_000, `{`+ask+`},`)+`{`+ask+`}]`),
		post("a string of 1 MiB", "BAD_REQUEST", `"`+strings.Repeat("x", mib-2)+`"`),
		post("a string of 1 MiB that does not end", "BAD_REQUEST", `{"query":"`+strings.Repeat("x", mib-10)),
		post("a document of 1 MiB", "DOCUMENT_TOO_LARGE", `{"query":"`+strings.Repeat("x", mib-12)+`"}`),
		post("a name of 1 MiB", "BAD_REQUEST", `{"`+strings.Repeat("x", mib-100)+`":1}`),
		post("a name of an operation of 1 MiB", "GRAPHQL_VALIDATION_FAILED", `{`+ask+`,"operationName":"`+strings.Repeat("x", mib-100)+`"}`),
		post("a body of a byte more than 1 MiB", "BODY_TOO_LARGE", `{`+ask+strings.Repeat(" ", mib)+`}`),
		post("a body of 8 MiB", "BODY_TOO_LARGE", `{`+ask+strings.Repeat(" ", 8*mib)+`}`),
		post("the query twice", "BAD_REQUEST", `{`+ask+`,`+ask+`}`),
		post("the query twice, once by escapes", "BAD_REQUEST", `{`+ask+`,"\u0071uery":"{ clientCount }"}`),
		post("variables twice", "BAD_REQUEST", `{`+ask+`,"variables":{},"variables":{}}`),
		post("a variable twice", "BAD_REQUEST", `{`+ask+`,"variables":{"a":1,"a":2}}`),
		post("a variable twice, once by escapes", "BAD_REQUEST", `{`+ask+`,"variables":{"a":1,"\u0061":2}}`),
		post("a field of an input twice", "BAD_REQUEST", `{`+ask+`,"variables":{"a":[{"b":1,"b":2}]}}`),
		post("one name 100,000 times", "BAD_REQUEST", `{`+ask+`,"variables":{`+each(100_000, `"a":1,`)+`"a":1}}`),
		post("variables that are a list", "BAD_REQUEST", `{`+ask+`,"variables":[1]}`),
		post("variables that are text", "BAD_REQUEST", `{`+ask+`,"variables":"{}"}`),
		post("extensions that are a number", "BAD_REQUEST", `{`+ask+`,"extensions":1}`),
		post("a query that is an object", "BAD_REQUEST", `{"query":{"a":1}}`),
		post("a NUL after the body", "BAD_REQUEST", `{`+ask+"}\x00"),
		post("a NUL in a string", "BAD_REQUEST", `{"query":"{ me { user } }`+"\x00"+`"}`),
		post("a NUL in a name", "BAD_REQUEST", `{`+ask+`,"vari`+"\x00"+`ables":{}}`),
		post("a byte order mark", "BAD_REQUEST", "\ufeff{"+ask+"}"),
		post("UTF-16", "BAD_REQUEST", "{\x00\"\x00q\x00"),
		post("a comment", "BAD_REQUEST", `{`+ask+`/* */}`),
		post("two bodies", "BAD_REQUEST", `{`+ask+`}{`+ask+`}`),
		post("names of JavaScript", "BAD_REQUEST", `{query:'{ me { user } }'}`),
		post("NaN", "BAD_REQUEST", `{`+ask+`,"variables":{"a":NaN}}`),
		post("a number with a leading zero", "BAD_REQUEST", `{`+ask+`,"variables":{"a":007}}`),
		post("a lone surrogate in a variable", "BAD_REQUEST", `{`+ask+`,"variables":{"a":"\ud800"}}`),
		post("a lone low surrogate in a list", "BAD_REQUEST", `{`+ask+`,"variables":{"a":["\udfff"]}}`),
		post("a lone surrogate before a pair", "BAD_REQUEST", `{`+ask+`,"variables":{"a":"\ud83d\ud83d\ude00"}}`),
		post("a lone surrogate in the query", "BAD_REQUEST", `{"query":"{ me { user } } #\ud800"}`),
		post("a lone surrogate in a name", "BAD_REQUEST", `{`+ask+`,"variables":{"\udc00":1}}`),
		post("60,000 pairs of surrogates and a half", "BAD_REQUEST", `{`+ask+`,"variables":{"a":"`+strings.Repeat(`\ud83d\ude00`, 60_000)+`\ud83d"}}`),
		post("half a million numbers", "TOO_MANY_VALUES", `{`+ask+`,"variables":{"a":[`+strings.Repeat("0,", mib/2-100)+`0]}}`),
		post("350,000 lists", "TOO_MANY_VALUES", `{`+ask+`,"variables":{"a":[`+strings.Repeat("[],", mib/3-100)+`[]]}}`),
		post("350,000 objects", "TOO_MANY_VALUES", `{`+ask+`,"extensions":{"a":[`+strings.Repeat("{},", mib/3-100)+`{}]}}`),
		post("100,000 names", "TOO_MANY_VALUES", `{`+ask+`,"variables":{`+each(70_000, `"%d":0,`)+`"a":0}}`),
		post("objects in 20,000 rows", "TOO_MANY_VALUES", `{`+ask+`,"variables":{"a":[`+strings.Repeat(`{"a":{"b":{}}},`, 60_000)+`0]}}`),
	}
	for name, bytes := range map[string]string{
		"of two bytes": "\xc0\xaf", "of three bytes": "\xe0\x80\xaf", "of four bytes": "\xf0\x80\x80\xaf", "of a NUL": "\xc0\x80",
		"that is a surrogate": "\xed\xa0\x80", "beyond the last code point": "\xf4\x90\x80\x80", "of no rune": "\xff", "cut off": "\xe2\x82",
	} {
		all = append(all, post("UTF-8 "+name, "BAD_REQUEST", `{`+ask+`,"variables":{"a":"`+bytes+`"}}`))
	}
	for _, n := range []int{33, 1_000, 250_000} {
		all = append(all,
			post(fmt.Sprintf("lists %d deep in variables", n), "BAD_REQUEST", `{`+ask+`,"variables":{"a":`+nested(n, "[", "", "]")+`}}`),
			post(fmt.Sprintf("objects %d deep in variables", min(n, 150_000)), "BAD_REQUEST", `{`+ask+`,"variables":{"a":`+nested(min(n, 150_000), `{"a":`, "1", "}")+`}}`))
	}
	return all
}

// hostileVariables are good JSON, and bad values.
func hostileVariables() []hostile {
	input := func(name, code, values string) hostile {
		return variables(name, code, hostileCreate, `{"input":{"firstName":"Hostile","lastName":"Deer","emailAddress":"h@email.com",`+values+`}}`)
	}
	patch := func(name, code, values string) hostile {
		return variables(name, code, hostilePatch, `{"id":"1","patch":{`+values+`}}`)
	}
	all := []hostile{
		variables("wide lists by a variable", "QUERY_TOO_COSTLY", `query ($n: Int!) { clients(pageSize: $n) { viewClients(first: $n) { clientId } } }`, `{"n":500}`),
		variables("1,000 nodes of much each", "QUERY_TOO_COSTLY", `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Client { viewClients(first: 100) { clientId } } } }`, `{"ids":[`+each(999, `"%d",`)+`"1"]}`),
		variables("100,000 ids", "TOO_MANY_VALUES", hostileNodes, `{"ids":[`+each(100_000, `"%d",`)+`"1"]}`),
		variables("9,500 ids", "TOO_MANY", hostileNodes, `{"ids":[`+each(9_500, `"%d",`)+`"1"]}`),
		variables("an id of 900 KiB", "INVALID_ID", hostileNodes, `{"ids":["`+strings.Repeat("1", 900<<10)+`"]}`),
		variables("an id that is an object", "GRAPHQL_VALIDATION_FAILED", hostileNodes, `{"ids":[{"$gt":""}]}`),
		variables("ids in lists in lists", "GRAPHQL_VALIDATION_FAILED", hostileNodes, `{"ids":[`+nested(25, "[", `"1"`, "]")+`]}`),
		variables("a page of -1", "OUT_OF_RANGE", hostilePage, `{"first":-1}`),
		variables("a page of 2,147,483,647", "OUT_OF_RANGE", hostilePage, `{"first":2147483647}`),
		variables("2,000 filters", "TOO_MANY", hostileFilter, `{"filter":{"fieldFilters":[`+each(2_000, `{"schedulerPreferenceFieldDefnId":"%d","values":["1"]},`)+`{"schedulerPreferenceFieldDefnId":"1","values":["1"]}]}}`),
		variables("a filter of 9,500 tags", "TOO_MANY", hostileFilter, `{"filter":{"tagsList":[`+each(9_500, `"%d",`)+`"1"]}}`),
		variables("an operator for a tag", "GRAPHQL_VALIDATION_FAILED", hostileFilter, `{"filter":{"tagsList":[{"$where":"while(1);"}]}}`),
		variables("9,500 variables that are not declared, and one that is wrong", "GRAPHQL_VALIDATION_FAILED", `query ($a: Int!) { clients(pageSize: $a) { clientId } }`, `{`+each(9_500, `"b%d":1,`)+`"a":"x"}`),
		variables("420 empty patches in one variable, read 20 times", "TOO_MANY_VALUES", `mutation ($patches: [ClientPatchEntry!]!) {`+each(20, "a%d: patchClients(patches: $patches) { userErrors { code } } ")+"}",
			`{"patches":[`+strings.Repeat(`{"clientId":"1","patch":{}},`, 419)+`{"clientId":"1","patch":{}}]}`),
		input("a name of 900 KiB", "TOO_LONG", `"companyName":"`+strings.Repeat("x", 900<<10)+`"`),
		input("notes of 900 KiB of marks", "TOO_LONG", `"notes":"`+strings.Repeat("e\u0301", 300<<10)+`"`),
		input("a NUL in a name", "INVALID_CHARACTERS", `"companyName":"a\u0000b"`),
		input("9,500 tags", "TOO_MANY", `"tags":[`+each(9_500, `"t%d",`)+`"t"]`),
		input("9,500 times one tag", "TOO_MANY", `"tags":[`+strings.Repeat(`"t",`, 9_500)+`"t"]`),
		input("a tag of 900 KiB", "TOO_LONG", `"tags":["`+strings.Repeat("x", 900<<10)+`"]`),
		input("9,500 notes", "TOO_MANY", `"alertNotes":[`+each(9_500, `"n%d",`)+`"n"]`),
		input("3,000 custom fields", "TOO_MANY", `"fields":[`+each(3_000, `{"schedulerPreferenceFieldDefnId":"%d","value":1},`)+`{"schedulerPreferenceFieldDefnId":"1","value":1}]`),
		input("a custom field 25 deep", "UNKNOWN_FIELD_DEFINITION", `"fields":[{"schedulerPreferenceFieldDefnId":"999","value":`+nested(25, "[", "1", "]")+`}]`),
		input("a custom field of 9,500 values", "UNKNOWN_FIELD_DEFINITION", `"fields":[{"schedulerPreferenceFieldDefnId":"999","value":[`+strings.Repeat("1,", 9_500)+`1]}]`),
		input("viewers by 9,000 ids", "TOO_MANY", `"clientIdsClientCanView":[`+each(9_000, `"%d",`)+`"1"]`),
		input("a password of 900 KiB", "INVALID_PASSWORD", `"password":"`+strings.Repeat("x", 900<<10)+`"`),
		input("a phone number of 900 KiB", "TOO_LONG", `"cellPhone":"`+strings.Repeat("1", 900<<10)+`"`),
		input("an address of the web of 900 KiB", "TOO_LONG", `"imageUrl":"https://x.y/`+strings.Repeat("%41", 300<<10)+`"`),
		input("a locale of 900 KiB", "TOO_LONG", `"locale":"en`+strings.Repeat("-x-aaaaaaaa", 80<<10)+`"`),
		input("a time zone that is a path", "INVALID_TIME_ZONE", `"timeZone":"../../etc/passwd"`),
		input("an address of the web that is a file", "INVALID_URL", `"imageUrl":"file:///etc/passwd"`),
		input("an address of the web that is a script", "INVALID_URL", `"imageUrl":"javascript:alert(1)"`),
		input("a date of 900 KiB", "INVALID_DATE", `"dateOfBirth":"`+strings.Repeat("1", 900<<10)+`"`),
		input("a latitude of 1e400", "GRAPHQL_VALIDATION_FAILED", `"latitude":1e400`),
		input("fields that an input has not", "GRAPHQL_VALIDATION_FAILED", `"__proto__":{"admin":true}`),
		patch("a patch of everything that is wrong", "NOT_FOUND", `"latitude":5`),
		variables("a patch of an id of 900 KiB", "INVALID_ID", hostilePatch, `{"id":"`+strings.Repeat("9", 900<<10)+`","patch":{"city":"x"}}`),
		input("a status of 900 KiB", "GRAPHQL_VALIDATION_FAILED", `"status":"`+strings.Repeat("x", 900<<10)+`"`),
		variables("a merge of 9,500 clients", "QUERY_TOO_COSTLY", `mutation ($ids: [ID!]!) { mergeClients(clientId: "1", clientIds: $ids) { userErrors { code } } }`, `{"ids":[`+each(9_500, `"%d",`)+`"1"]}`),
	}
	for n, code := range map[int]string{300: "TOO_MANY", 1_000: "TOO_MANY_VALUES", 2_000: "TOO_MANY_VALUES", 5_500: "TOO_MANY_VALUES"} {
		all = append(all,
			variables(fmt.Sprintf("%d clients at once", n), code, hostileCreates, `{"inputs":[`+strings.Repeat(`{"firstName":"a"},`, n-1)+`{}]}`),
			variables(fmt.Sprintf("%d patches at once", min(n, 2_000)), code, hostilePatches, `{"patches":[`+each(min(n, 2_000)-1, `{"clientId":"%d","patch":{"city":"x"}},`)+`{"clientId":"1","patch":{}}]}`))
	}
	for name, key := range map[string]string{
		"of 900 KiB": strings.Repeat("x", 900<<10), "that is empty": "", "with a NUL": `a\u0000`, "of 256 letters": strings.Repeat("x", 256),
	} {
		all = append(all, variables("an idempotency key "+name, "INVALID_IDEMPOTENCY_KEY", hostileCreate, `{"key":"`+key+`","input":{"firstName":"Hostile","lastName":"Deer","emailAddress":"h@email.com"}}`))
	}
	for name, cursor := range map[string]string{
		"of 900 KiB": strings.Repeat("A", 900<<10), "that is empty": "", "made up": "AAAAAAAAAAAAAAAA", "of other signs": "%%%%", "with a NUL": `a\u0000`, "in lines": `AAAA\nAAAA`,
	} {
		all = append(all, variables("a cursor "+name, "INVALID_CURSOR", hostilePage, `{"first":5,"after":"`+cursor+`"}`))
	}
	for name, number := range map[string]string{"2^31": "2147483648", "2^53 and 1": "9007199254740993", "a number in a string": `"5"`} {
		all = append(all, variables("a page of "+name, "INVALID_TYPE", hostilePage, `{"first":`+number+`}`))
	}
	for name, number := range map[string]string{
		"2^64": "18446744073709551616", "10^400": "1" + strings.Repeat("0", 400), "a million digits": strings.Repeat("9", 1_000_000),
		"1e999999999": "1e999999999", "-1e-999999999": "-1e-999999999", "1.5": "1.5", "true": "true",
	} {
		all = append(all, variables("a page of "+name, "GRAPHQL_VALIDATION_FAILED", hostilePage, `{"first":`+number+`}`))
	}
	return all
}

// hostileSearches look for texts that nobody has, which take long to compare.
func hostileSearches() []hostile {
	var all []hostile
	for name, letter := range map[string]string{
		"letters": "x", "marks": "e\u0301", "ligatures of 18 letters": "\ufdfa",
	} {
		long := strings.Repeat(letter, 900<<10/len(letter))
		short := strings.Repeat(letter, 900/len(letter))
		filter := func(what, filter string) hostile {
			return variables(what+" of 900 KiB of "+name, "TOO_LONG", hostileFilter, `{"filter":{`+filter+`}}`)
		}
		ask := func(what, code, field string) hostile {
			return variables(what+" of 900 KiB of "+name, code, `query ($text: String!) { `+field+` }`, `{"text":"`+long+`"}`)
		}
		all = append(all,
			filter("a term", `"searchTerm":"`+long+`"`),
			filter("a tag in a filter", `"tagsList":["`+long+`"]`),
			filter("1,000 tags in a filter", `"tagsList":[`+strings.Repeat(`"`+short+`",`, 999)+`"x"]`),
			filter("a value of a field", `"fieldFilters":[{"schedulerPreferenceFieldDefnId":"322534","values":["`+long+`"]}]`),
			filter("1,000 values of a field", `"fieldFilters":[{"schedulerPreferenceFieldDefnId":"322534","values":[`+strings.Repeat(`"`+short+`",`, 999)+`"x"]}]`),
			ask("a search", "TOO_LONG", `filterClients(search: $text) { clients { clientId } }`),
			ask("an address to try", "INVALID_EMAIL", `emailAddressInUse(emailAddress: $text)`),
			ask("a tag", nobody, `clientsByTag(tag: $text) { clientId }`),
			ask("a tag to match", nobody, `matchingTags(tag: $text)`),
			ask("an address", nobody, `clientsByEmail(emailAddress: $text) { clientId }`),
			ask("a user name", nobody, `clientsByExternalUserName(externalUserName: $text) { clientId }`))
	}
	return all
}

// hostileParameters are GETs.
func hostileParameters() []hostile {
	query := "query=" + url.QueryEscape("{ me { user } }")
	return []hostile{
		get("the query twice by GET", "BAD_REQUEST", query+"&"+query),
		get("10,000 parameters and no query", "BAD_REQUEST", each(3_000, "a%d=1&")),
		get("overlong UTF-8 by GET", "BAD_REQUEST", query+"&operationName=%c0%af"),
		get("escapes that are none", "BAD_REQUEST", "query=%zz"),
		get("semicolons between parameters", "BAD_REQUEST", query+";a=1"),
		get("variables twice by GET", "BAD_REQUEST", query+"&variables=%7B%22a%22%3A1%2C%22a%22%3A2%7D"),
		get("deep variables by GET", "BAD_REQUEST", query+"&variables="+url.QueryEscape(`{"a":`+nested(4_000, "[", "", "]")+`}`)),
		get("a mutation by GET", "METHOD_NOT_ALLOWED", "query="+url.QueryEscape(`mutation { deleteClient(clientId: "1") { userErrors { code } } }`)),
		get("a subscription by GET", "NOT_ACCEPTABLE", "query="+url.QueryEscape(`subscription { clientChanged { cursor } }`)),
		get("a bomb by GET", "TOO_MANY_REPEATED_FIELDS", "query="+url.QueryEscape(bomb(24, 2, "NEXT ", "clientCount"))),
		get("a document of 100 KiB by GET", "HTTP 431", "query="+strings.Repeat("x", 100<<10)),
	}
}

// hostilePersisted name documents that nobody knows.
func hostilePersisted() []hostile {
	persisted := func(name, code, hash string) hostile {
		return post(name, code, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"`+hash+`"}}}`)
	}
	return []hostile{
		persisted("a hash that is not known", "PERSISTED_QUERY_NOT_FOUND", strings.Repeat("0", 64)),
		persisted("a hash of 900 KiB", "BAD_REQUEST", strings.Repeat("0", 900<<10)),
		persisted("a hash that is none", "BAD_REQUEST", "../../etc/passwd"),
		post("a hash of another document", "BAD_REQUEST", `{"query":"{ me { user } }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"`+strings.Repeat("0", 64)+`"}}}`),
		post("a hash of another version", "BAD_REQUEST", `{"query":"{ me { user } }","extensions":{"persistedQuery":{"version":1e9,"sha256Hash":"`+strings.Repeat("0", 64)+`"}}}`),
		post("the id of a document of 900 KiB", "PERSISTED_QUERY_NOT_FOUND", `{"documentId":"`+strings.Repeat("x", 900<<10)+`"}`),
	}
}
