// Package client owns what a client of a business is: the record, the table of
// its properties, their values and rules, custom fields, ids, errors, and the
// scope of a caller, which says what it may see and do.
//
// It imports nothing of ours, and knows no database, no GraphQL and no HTTP.
package client
