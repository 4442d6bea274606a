// Package client defines what a client of a business is: the record, the table of
// its properties, their values and rules, custom fields, ids, errors, and the
// scope of a caller, which says what it may see and do.
//
// It imports no other package of this module, and does not depend on a database, GraphQL
// or HTTP.
package client
