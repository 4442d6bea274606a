package client

// The codes of failures that a caller can cause.
const (
	CodeUnauthenticated Code = "UNAUTHENTICATED"
	CodeForbidden       Code = "FORBIDDEN"
	CodeRateLimited     Code = "RATE_LIMITED"
	CodeTooManyRows     Code = "TOO_MANY_ROWS"

	CodeNotFound             Code = "NOT_FOUND"
	CodeConfirmationMismatch Code = "CONFIRMATION_MISMATCH"
	CodeClientDeleted        Code = "CLIENT_DELETED"
	CodeVersionConflict      Code = "VERSION_CONFLICT"
	CodeEmptyPatch           Code = "EMPTY_PATCH"
	CodeInvalidKey           Code = "INVALID_IDEMPOTENCY_KEY"
	CodeKeyReused            Code = "IDEMPOTENCY_KEY_REUSED"
	CodeAmbiguousKey         Code = "AMBIGUOUS_KEY"
	CodeKeyContradicted      Code = "KEY_CONTRADICTED"

	CodeRequired          Code = "REQUIRED"
	CodeInvalidType       Code = "INVALID_TYPE"
	CodeInvalidCharacters Code = "INVALID_CHARACTERS"
	CodeTooLong           Code = "TOO_LONG"
	CodeTooMany           Code = "TOO_MANY"
	CodeOutOfRange        Code = "OUT_OF_RANGE"
	CodeInvalidID         Code = "INVALID_ID"
	CodeInvalidDate       Code = "INVALID_DATE"
	CodeInvalidDateRange  Code = "INVALID_DATE_RANGE"
	CodeInvalidEmail      Code = "INVALID_EMAIL"
	CodeInvalidLocale     Code = "INVALID_LOCALE"
	CodeInvalidTimeZone   Code = "INVALID_TIME_ZONE"
	CodeInvalidURL        Code = "INVALID_URL"
	CodeInvalidStatus     Code = "INVALID_STATUS"
	CodeInvalidTag        Code = "INVALID_TAG"
	CodeInvalidPassword   Code = "INVALID_PASSWORD"
	CodeInvalidSSN        Code = "INVALID_SSN"

	CodeUnknownField      Code = "UNKNOWN_FIELD_DEFINITION"
	CodeDuplicateField    Code = "DUPLICATE_FIELD"
	CodeInvalidFieldValue Code = "INVALID_FIELD_VALUE"
	CodeFieldConflict     Code = "FIELD_CONFLICT"
	CodeFieldNotWritable  Code = "FIELD_NOT_WRITABLE"

	CodeInvalidFieldType    Code = "INVALID_FIELD_TYPE"
	CodeInvalidPropertyCode Code = "INVALID_PROPERTY_CODE"
	CodePropertyCodeTaken   Code = "PROPERTY_CODE_TAKEN"
	CodeDuplicateChoice     Code = "DUPLICATE_CHOICE"

	CodeClientMerged    Code = "CLIENT_MERGED"
	CodeSelfMerge       Code = "SELF_MERGE"
	CodeDuplicateID     Code = "DUPLICATE_ID"
	CodeInvalidChoice   Code = "INVALID_CHOICE"
	CodeMergeTooLarge   Code = "MERGE_TOO_LARGE"
	CodeMergeNotLatest  Code = "MERGE_NOT_LATEST"
	CodeAlreadyUnmerged Code = "ALREADY_UNMERGED"
	CodeUnmergeConflict Code = "UNMERGE_CONFLICT"

	CodeSelfView        Code = "SELF_VIEW"
	CodeTooManySubjects Code = "TOO_MANY_SUBJECTS"

	CodeInvalidPagination Code = "INVALID_PAGINATION"
	CodeInvalidCursor     Code = "INVALID_CURSOR"
	CodeResyncRequired    Code = "RESYNC_REQUIRED"
)
