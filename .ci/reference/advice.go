package main

// adviceOn is what a front end does about a code. Most codes without advice of their own
// are about values, which a person can correct.
func adviceOn(code string) string {
	if advice, ok := advice()[code]; ok {
		return advice
	}
	if when := operations()[code]; when[1] != "" {
		return when[1]
	}
	return "Show the `message`, next to the input that `field` names if there is one."
}

// whenComes is when an operation fails with a code.
func whenComes(code string) string {
	if when := operations()[code]; when[0] != "" {
		return when[0]
	}
	return "as its `message` says"
}

// advice is for codes of userErrors that ask for more than a corrected input.
func advice() map[string]string {
	return map[string]string{
		"NOT_FOUND":                "Remove it from the screen and read the list again: it no longer exists, or this caller may not see it.",
		"CLIENT_DELETED":           "Offer `restoreClient`, then send the change again.",
		"CLIENT_MERGED":            "Show the client of `mergedIntoClientGlobalId`, and let the person decide whether to change that one.",
		"VERSION_CONFLICT":         "Show the properties in `conflict.changedPaths` next to the person's own values. Then send what is left with `conflict.currentVersion` as `expectedVersion`, and a new idempotency key.",
		"EMPTY_PATCH":              "Send nothing as long as nothing was changed.",
		"CONFIRMATION_MISMATCH":    "Ask the person to type the client's number again.",
		"INVALID_IDEMPOTENCY_KEY":  "Use a random UUID as the key.",
		"IDEMPOTENCY_KEY_REUSED":   "Make a new key for each thing that you want done. This one was sent with other arguments.",
		"CLIENT_ERASED":            "Do not send it again: the client was erased.",
		"AMBIGUOUS_KEY":            "Let the person choose one of the clients, and name it by its `clientId`.",
		"KEY_CONTRADICTED":         "Send the same value as in the key, or leave the property out.",
		"FIELD_NOT_WRITABLE":       "Show the field as one that can't be edited by this role.",
		"UNKNOWN_FIELD_DEFINITION": "Read `fieldDefinitions` again: the field was retired in the meantime.",
		"FIELD_CONFLICT":           "Send the property or the custom field that stands for it, not both.",
		"PROPERTY_CODE_TAKEN":      "Use the existing field, or retire it first.",
		"MERGE_TOO_LARGE":          "Merge fewer clients at a time, or shorten the text or list that is too long.",
		"MERGE_NOT_LATEST":         "Undo the latest merge of the client of `mergedIntoClientGlobalId` first.",
		"ALREADY_UNMERGED":         "Read the clients again: there is nothing to do.",
		"UNMERGE_CONFLICT":         "Ask which value to use for each entry of `conflicts`, and send the answers as `choices`.",
		"TOO_MANY_SUBJECTS":        "Remove a client from the viewer's list first.",
	}
}

// operations are the codes of operations, each with when it comes and what to do.
func operations() map[string][2]string {
	const smaller = "Ask for less in one operation. It was refused before it was executed."
	const later = "Wait for as many seconds as `Retry-After` or the error's `retryAfter` says; without either, wait a moment, longer each time. Then send it again; send a mutation with the same idempotency key."
	const program = "Fix the program: its user can do nothing about it."
	return map[string][2]string{
		"UNAUTHENTICATED":               {"The token is missing or not valid, or it has expired.", "Get a new token and send the request again, or ask the person to sign in."},
		"FORBIDDEN":                     {"The role or the token may not do or read this. The field is null; the other fields are answered.", "Show the other fields. [permissions.md](../permissions.md) lists who may read what."},
		"RATE_LIMITED":                  {"The caller has used up its points for this minute.", later},
		"TOO_MANY_REQUESTS":             {"The caller has too many requests that are not answered yet.", later},
		"TOO_MANY_CONNECTIONS":          {"The caller, or its address, has too many connections.", "Use one connection for all tabs and views of an application. " + later},
		"TOO_MANY_SUBSCRIPTIONS":        {"The connection or the caller has too many subscriptions.", "Use one subscription for all clients."},
		"TOO_MANY_OPERATIONS":           {"The WebSocket has too many operations that have not ended.", "Complete the operations that are no longer shown, then begin the next one."},
		"OVERLOADED":                    {"The server has too much work.", later},
		"UNAVAILABLE":                   {"The database can't be reached. A mutation may have been done or not.", later},
		"TIMEOUT":                       {"The operation took too long. A mutation may have been done or not.", "Ask for less, or send it again; send a mutation with the same idempotency key."},
		"CANCELED":                      {"The caller ended the request.", "Nothing. If it was a mutation, send it again with the same idempotency key."},
		"INTERNAL":                      {"The server failed.", "Show the error's `errorId`, which is in the server's log too."},
		"INVALID_CURSOR":                {"The cursor belongs to another list, filter, order or caller.", "Begin at the start of the list."},
		"INVALID_PAGINATION":            {"`first` and `last` were both given.", program},
		"INVALID_DATE_RANGE":            {"The last day is before the first one.", "Ask the person to choose the days again."},
		"RESYNC_REQUIRED":               {"The cursor is older than the feed, or the caller sees other clients now.", "Delete the copy and begin without a cursor. For a live list: read the list again, and subscribe without a cursor."},
		"TOO_MANY_ROWS":                 {"The operation read too many rows and was stopped.", "Ask for fewer entries in nested lists."},
		"TOO_MANY_ERRORS":               {"There are over 50 errors; `more` says how many were left out.", "Correct the first 50."},
		"QUERY_TOO_COSTLY":              {"The operation costs more points than one operation may cost.", smaller},
		"QUERY_TOO_DEEP":                {"Fields are nested too deeply.", smaller},
		"TOO_MANY_FIELDS":               {"The operation has too many fields.", smaller},
		"TOO_MANY_ROOT_FIELDS":          {"The operation has too many fields at its root.", smaller},
		"TOO_MANY_REPEATED_FIELDS":      {"The operation selects one field too often.", smaller},
		"TOO_MANY_ALIASES":              {"The operation has too many aliases.", smaller},
		"TOO_MANY_DIRECTIVES":           {"The operation has too many directives.", smaller},
		"TOO_MANY_FRAGMENTS":            {"The operation has too many fragments.", smaller},
		"TOO_MANY_TOKENS":               {"The document has too many tokens.", smaller},
		"TOO_MANY_VALUES":               {"The operation has too many values, in its variables or in the document.", smaller},
		"DOCUMENT_TOO_LARGE":            {"The document is too large.", "Send values as variables. " + smaller},
		"BODY_TOO_LARGE":                {"The request is too large.", "Send less at a time."},
		"BODY_TOO_SLOW":                 {"The request took too long to arrive.", "Send it again."},
		"FRAGMENT_CYCLE":                {"A fragment contains itself.", program},
		"GRAPHQL_PARSE_FAILED":          {"The document is not valid GraphQL.", program},
		"GRAPHQL_VALIDATION_FAILED":     {"The document or its variables do not fit the schema.", "Generate types from the schema of the server that you use. " + program},
		"BAD_REQUEST":                   {"The request does not follow GraphQL over HTTP.", program},
		"BATCHING_NOT_SUPPORTED":        {"The body is a list of requests.", "Send one operation per request; it may have many fields."},
		"METHOD_NOT_ALLOWED":            {"A mutation was sent by GET, or the method is neither GET nor POST.", program},
		"NOT_ACCEPTABLE":                {"The request accepts none of the media types that the server can answer in.", program},
		"UNSUPPORTED_MEDIA_TYPE":        {"The body is not JSON in UTF-8.", program},
		"FORBIDDEN_ORIGIN":              {"The page's origin is not in `--cors-origin`.", "Ask the server's operator to add it."},
		"INTROSPECTION_DISABLED":        {"Introspection is turned off.", "Use `schema.graphqls` of the server's release."},
		"OPERATION_NOT_TRUSTED":         {"The server executes only known operations, and this one is not known.", "Ask the server's operator to add the application's documents."},
		"PERSISTED_QUERY_NOT_FOUND":     {"The server does not know the document with that hash.", "Send the document with the hash. Apollo's clients do so by themselves."},
		"PERSISTED_QUERY_NOT_SUPPORTED": {"The server can't store the document.", "Send the document without a hash."},
	}
}
