package main

// adviceOn is what a front end does about a code. Most of those that it has none for
// are of values, which a person can put right.
func adviceOn(code string) string {
	if advice, ok := advice()[code]; ok {
		return advice
	}
	if when := operations()[code]; when[1] != "" {
		return when[1]
	}
	return "Show the `message`, beside the input that `field` names if there is one."
}

// whenComes is when an operation is answered a code.
func whenComes(code string) string {
	if when := operations()[code]; when[0] != "" {
		return when[0]
	}
	return "as its `message` says"
}

// advice is about codes of userErrors that ask for more than to put the input right.
func advice() map[string]string {
	return map[string]string{
		"NOT_FOUND":                "Take it off the screen, and read the list again: it is gone, or hidden from this caller.",
		"CLIENT_DELETED":           "Offer `restoreClient`, then send the change again.",
		"CLIENT_MERGED":            "Show the client of `mergedIntoClientGlobalId`, and let the person decide whether to change that one.",
		"VERSION_CONFLICT":         "Show what `conflict.changedPaths` names beside the person's own values; then send what is left with `conflict.currentVersion` and a new idempotency key.",
		"EMPTY_PATCH":              "Send nothing while nothing was changed.",
		"CONFIRMATION_MISMATCH":    "Have the person type the client's number again.",
		"INVALID_IDEMPOTENCY_KEY":  "Make keys of a random UUID.",
		"IDEMPOTENCY_KEY_REUSED":   "Make a new key for each thing that is to be done; this one was sent with other arguments.",
		"CLIENT_ERASED":            "Stop sending it again: the client is gone for good.",
		"AMBIGUOUS_KEY":            "Let the person choose one of the clients, and name it by its `clientId`.",
		"KEY_CONTRADICTED":         "Send one value: the key's, or none for that property.",
		"FIELD_NOT_WRITABLE":       "Show the field as one that can't be edited by this role.",
		"UNKNOWN_FIELD_DEFINITION": "Read `fieldDefinitions` again: the field was retired meanwhile.",
		"FIELD_CONFLICT":           "Send the property or the custom field that stands for it, not both.",
		"PROPERTY_CODE_TAKEN":      "Use the field that there is, or retire it first.",
		"MERGE_TOO_LARGE":          "Merge fewer clients at a time, or shorten what is too long.",
		"MERGE_NOT_LATEST":         "Undo the latest merge of the client of `mergedIntoClientGlobalId` first.",
		"ALREADY_UNMERGED":         "Read the clients again: there is nothing to do.",
		"UNMERGE_CONFLICT":         "Ask for each of `conflicts` which value to have, and send the answers as `choices`.",
		"TOO_MANY_SUBJECTS":        "Take somebody from the viewer's list first.",
	}
}

// operations are, for codes of operations, when they come and what to do.
func operations() map[string][2]string {
	const smaller = "Ask for less in one operation. It is refused before it begins."
	const later = "Wait as long as `Retry-After`, or the error's `retryAfter`, says in seconds, or else a moment, longer each time; then send it again, a mutation with the same idempotency key."
	const program = "Mend the program: no person can do anything about it."
	return map[string][2]string{
		"UNAUTHENTICATED":               {"There is no token, or none that is good, or it has expired.", "Get a new token and send it again, or have the person sign in."},
		"FORBIDDEN":                     {"The role or the token may not do or read this. The field is null; other fields are answered.", "Show what there is, and leave out what is denied. [permissions.md](../permissions.md) lists it."},
		"RATE_LIMITED":                  {"The caller has used up its points of the minute.", later},
		"TOO_MANY_REQUESTS":             {"The caller has too many requests under way.", later},
		"TOO_MANY_CONNECTIONS":          {"The caller, or its address, has too many connections.", "Share one connection between the tabs and views of an application. " + later},
		"TOO_MANY_SUBSCRIPTIONS":        {"There are too many subscriptions on the connection, or of the caller.", "Follow all clients by one subscription."},
		"TOO_MANY_OPERATIONS":           {"The socket has too many operations under way.", "Complete those that nobody looks at any more, then begin the next."},
		"OVERLOADED":                    {"The server has too much to do.", later},
		"UNAVAILABLE":                   {"The database can't be reached. Of a mutation nobody knows whether it was done.", later},
		"TIMEOUT":                       {"It took too long. Of a mutation nobody knows whether it was done.", "Ask for less, or send it again, a mutation with the same idempotency key."},
		"CANCELED":                      {"The caller ended the request.", "Nothing; of a mutation, send it again with the same idempotency key."},
		"INTERNAL":                      {"Something is wrong on the server's side.", "Show the error's `errorId`, by which the server's log names it."},
		"INVALID_CURSOR":                {"The cursor is of another list, filter, order or caller.", "Begin at the start of the list."},
		"INVALID_PAGINATION":            {"Both `first` and `last` are given.", program},
		"INVALID_DATE_RANGE":            {"The last day is before the first one.", "Have the person choose the days again."},
		"RESYNC_REQUIRED":               {"The feed does not go back as far as the cursor, or the caller sees other clients now.", "Forget the copy and begin without a cursor. Of a live list: read it again, and follow from now on."},
		"TOO_MANY_ROWS":                 {"The operation turned out to read too much, and was stopped.", "Ask for fewer entries in nested lists."},
		"TOO_MANY_ERRORS":               {"There are over 50 errors; `more` says how many were left out.", "Do about the first 50 what they ask for."},
		"QUERY_TOO_COSTLY":              {"The operation costs more points than one may.", smaller},
		"QUERY_TOO_DEEP":                {"Fields are nested too deeply.", smaller},
		"TOO_MANY_FIELDS":               {"The operation has too many fields.", smaller},
		"TOO_MANY_ROOT_FIELDS":          {"The operation has too many fields at its root.", smaller},
		"TOO_MANY_REPEATED_FIELDS":      {"One field is asked for too often.", smaller},
		"TOO_MANY_ALIASES":              {"The operation has too many aliases.", smaller},
		"TOO_MANY_DIRECTIVES":           {"The operation has too many directives.", smaller},
		"TOO_MANY_FRAGMENTS":            {"The operation has too many fragments.", smaller},
		"TOO_MANY_TOKENS":               {"The document has too many tokens.", smaller},
		"TOO_MANY_VALUES":               {"The variables, or the values in the document, are too many.", smaller},
		"DOCUMENT_TOO_LARGE":            {"The document has too many bytes.", "Send values as variables. " + smaller},
		"BODY_TOO_LARGE":                {"The request has too many bytes.", "Send less at a time."},
		"BODY_TOO_SLOW":                 {"The request took too long to arrive.", "Send it again."},
		"FRAGMENT_CYCLE":                {"A fragment is spread within itself.", program},
		"GRAPHQL_PARSE_FAILED":          {"The document is no GraphQL.", program},
		"GRAPHQL_VALIDATION_FAILED":     {"The document or its variables do not fit the schema.", "Generate types from the schema of the server that you call. " + program},
		"BAD_REQUEST":                   {"The request is no GraphQL over HTTP.", program},
		"BATCHING_NOT_SUPPORTED":        {"The body is a list of requests.", "Send one operation a request; it may have many fields."},
		"METHOD_NOT_ALLOWED":            {"A mutation was sent by GET, or the method is neither GET nor POST.", program},
		"NOT_ACCEPTABLE":                {"The answer can't be had in a type that the request accepts.", program},
		"UNSUPPORTED_MEDIA_TYPE":        {"The body is not JSON in UTF-8.", program},
		"FORBIDDEN_ORIGIN":              {"The page's origin is none of `--cors-origin`.", "Have the server's operator name it."},
		"INTROSPECTION_DISABLED":        {"The server does not tell its schema.", "Take `schema.graphqls` of the release."},
		"OPERATION_NOT_TRUSTED":         {"The server executes known operations alone, and this is none.", "Have the operator add the application's documents."},
		"PERSISTED_QUERY_NOT_FOUND":     {"The server does not know the document of that hash.", "Send the text with the hash; clients of Apollo do so by themselves."},
		"PERSISTED_QUERY_NOT_SUPPORTED": {"The document can't be remembered.", "Send its text."},
	}
}
