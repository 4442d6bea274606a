// Package store defines what the use cases need from a database: Store, which reads the
// data of one business, and Tx, a transaction that writes, with the types of their queries
// and rows. internal/mongostore is the only implementation.
package store

import (
	"context"
	"errors"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/history"
	"clientgraph/internal/search"
)

const (
	// FeedRetention is how long rows of the change feed are kept.
	FeedRetention = 30 * 24 * time.Hour
	// KeyLifetime is how long the answer of a mutation with an idempotency key is kept.
	KeyLifetime = 24 * time.Hour
)

// ErrIDTaken is returned by Store.Write when the id of a new client, or of its account, is
// in use. That happens when records with ids of their own are imported at the same time.
// Try again with a new id.
var ErrIDTaken = errors.New("the id is taken")

// Store is what the service needs from the database. Every method is limited to the
// scope's business and to the clients that the scope sees: other clients are treated as if
// they did not exist. Errors are internal, except those that a comment names.
type Store interface {
	DuplicateStore
	HistoryStore
	ChangeStore
	EraseStore
	ExportStore
	WebhookStore
	JobStore

	// Account finds the client with that account, deleted or not; nil if there is none. The
	// account of a merged client finds the survivor. It is used to make the scope of a
	// CLIENT, and is called with a scope that sees all clients.
	Account(ctx context.Context, scope client.Scope, clientAccountID int64) (*client.Client, error)

	// Clients finds the clients of a query, in its order.
	Clients(ctx context.Context, scope client.Scope, query Query) ([]*client.Client, error)
	// Rows, RowsByID and ViewerRows find the same clients as Clients, ClientsByID without
	// deleted clients, and Viewers, and return rows.
	Rows(ctx context.Context, scope client.Scope, query Query) ([]client.Row, error)
	RowsByID(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error)
	ViewerRows(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]client.Row, error)
	// Scan calls visit for each client of a query, in its order, until it returns false.
	Scan(ctx context.Context, scope client.Scope, query Query, visit func(*client.Client) bool) error
	// Count counts the clients that meet the conditions.
	Count(ctx context.Context, scope client.Scope, conditions Conditions) (int64, error)
	// Snapshot runs reads that all see the same state of the database. Within another
	// snapshot or a write, they see the state of that one.
	Snapshot(ctx context.Context, read func(context.Context) error) error
	// TagCounts counts the tags of the live clients that the scope sees.
	TagCounts(ctx context.Context, scope client.Scope) ([]TagCount, error)
	// ClientsByID finds clients by id, ordered by id: deleted ones only if withDeleted is
	// true, and never merged ones.
	ClientsByID(ctx context.Context, scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]*client.Client, error)
	// LookUp finds the clients with these ids, deleted ones included. A merged client's id
	// finds its survivor. All are read at one moment. Merged is always loaded.
	LookUp(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]*client.Client, error)
	// LookUpRows does the same as LookUp and returns rows, which do not say which clients
	// were merged into them.
	LookUpRows(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error)
	// Viewers finds the live clients that may see one of these subjects, ordered by id.
	// SubjectIDs are always loaded.
	Viewers(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]*client.Client, error)
	// Forms finds the forms of these clients, ordered by client and form id.
	Forms(ctx context.Context, scope client.Scope, clientIDs []int64) ([]client.Form, error)
	// Appointments finds the appointments of the query for each of these clients, ordered by
	// start and id, by client.
	Appointments(ctx context.Context, scope client.Scope, clientIDs []int64, query AppointmentQuery) (map[int64][]client.Appointment, error)

	// Business returns the scope's business; DefaultBusiness if it is not stored.
	Business(ctx context.Context, scope client.Scope) (*client.Business, error)
	// RekeyState returns the version of the rules that the keys of the business's clients
	// were computed by; RulesVersion for a business without clients.
	RekeyState(ctx context.Context, scope client.Scope) (search.RekeyState, error)
	// OutdatedBusinesses finds the businesses with clients whose keys were computed by the
	// rules of an earlier version.
	OutdatedBusinesses(ctx context.Context, version string) ([]int64, error)
	// RekeyingBusinesses finds the businesses whose clients are being rekeyed.
	RekeyingBusinesses(ctx context.Context) ([]int64, error)
	// Definitions returns the custom fields of the scope's business.
	Definitions(ctx context.Context, scope client.Scope) (client.Definitions, error)
	// LocationGroups finds the locations of these groups, by group id. Groups that the
	// business does not have are left out.
	LocationGroups(ctx context.Context, scope client.Scope, ids []int64) (map[int64][]int64, error)
	// ListLocationGroups returns the location groups of the scope's business, ordered by id.
	ListLocationGroups(ctx context.Context, scope client.Scope) ([]LocationGroup, error)

	// NextClientID, NextAccountID, NextDefinitionID and NextMergeID return new ids.
	NextMergeID(ctx context.Context) (int64, error)
	NextClientID(ctx context.Context) (int64, error)
	NextAccountID(ctx context.Context) (int64, error)
	NextDefinitionID(ctx context.Context) (int64, error)
	// TakeClientIDs reserves count consecutive ids and returns the first.
	TakeClientIDs(ctx context.Context, count int64) (first int64, err error)
	// ReserveIDs makes NextClientID and NextAccountID return only ids above these two.
	ReserveIDs(ctx context.Context, clientID, accountID int64) error

	// Write runs do in one transaction. If do or the commit fails, nothing is written. After
	// a conflict Write runs do again, so do must not keep state between runs. do must
	// return the errors that Tx's methods return. Error: ErrTooLarge.
	Write(ctx context.Context, scope client.Scope, do func(context.Context, Tx) error) error
}

// Tx is a transaction of Store.Write. Its reads see the transaction's snapshot and load
// whole records.
type Tx interface {
	FeedTx
	DefinitionTx
	BusinessTx
	DuplicateTx
	IdempotencyTx
	HistoryTx
	ImportTx
	MergeTx
	EraseTx
	WebhookTx
	JobTx

	// Clients finds the clients with these ids that the scope sees, deleted ones included
	// but not merged ones, by id.
	Clients(ctx context.Context, ids []int64) (map[int64]*client.Client, error)
	// ByAccount finds the live clients with these accounts that the scope sees, by account
	// id. The account of a merged client finds the survivor.
	ByAccount(ctx context.Context, accountIDs []int64) (map[int64]*client.Client, error)
	// Viewers finds the live clients with an account that may see the subject and that the
	// scope sees.
	Viewers(ctx context.Context, subjectID int64) ([]*client.Client, error)
	// ChangesSince returns the client's changes after that version.
	ChangesSince(ctx context.Context, clientID, version int64) ([]history.Change, error)
	// Insert writes a new client, its history entry and its feed row. The write may be
	// delayed until the end of the transaction; if the client's id is in use, the
	// transaction then fails with ErrIDTaken.
	Insert(ctx context.Context, c *client.Client, entry history.Entry) error
	// Save writes the difference between two states of a client, its history entry and its
	// feed row. The write may be delayed like that of Insert.
	Save(ctx context.Context, before, after *client.Client, entry history.Entry, kind history.Kind) error
	// Known finds which of these ids belong to clients of the business. KnownViewers finds
	// at most limit ids of live and deleted clients that may see the subject. Both include
	// clients that the scope does not see, so use the ids for RelyOn only.
	Known(ctx context.Context, ids []int64) ([]int64, error)
	KnownViewers(ctx context.Context, subjectID, limit int64) ([]int64, error)
	// RelyOn makes the transaction conflict with other writes of these clients, as if it
	// changed them, because a decision depends on their state. Name each client once. It
	// has no effect if the transaction writes nothing else.
	RelyOn(ids []int64)
}
