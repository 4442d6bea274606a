// Package store states what the use cases need from a database: Store, the reads
// of one business, and Tx, a transaction that writes, with the queries and rows
// that they speak of. internal/mongostore implements both; there is no other.
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
	// FeedRetention is for how long rows of the change feed are kept.
	FeedRetention = 30 * 24 * time.Hour
	// KeyLifetime is for how long the answer to a mutation with an idempotency key
	// is kept.
	KeyLifetime = 24 * time.Hour
)

// ErrIDTaken is what Store.Write returns when the id of a new client, or of its account, is
// in use: records with ids of their own may be imported at the same time. The next id
// works.
var ErrIDTaken = errors.New("the id is taken")

// Store is the database as the service needs it. Every method works within the
// scope's business and the rows that the scope sees: a client outside them is
// as if it did not exist. Errors are internal, but for those that are named.
type Store interface {
	DuplicateStore
	HistoryStore
	ChangeStore
	EraseStore
	ExportStore
	WebhookStore
	JobStore

	// Account finds the client of that account, deleted or not. An account that
	// was merged is the survivor's. nil when there is none. A CLIENT's scope is
	// made with it, by one that sees all.
	Account(ctx context.Context, scope client.Scope, clientAccountID int64) (*client.Client, error)

	// Clients finds the clients of a query, in its order.
	Clients(ctx context.Context, scope client.Scope, query Query) ([]*client.Client, error)
	// Rows, RowsByID and ViewerRows are Clients, ClientsByID without deleted ones, and
	// Viewers, as rows.
	Rows(ctx context.Context, scope client.Scope, query Query) ([]client.Row, error)
	RowsByID(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error)
	ViewerRows(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]client.Row, error)
	// Scan visits the clients of a query, in its order, until visit returns
	// false.
	Scan(ctx context.Context, scope client.Scope, query Query, visit func(*client.Client) bool) error
	// Count counts the clients that conditions mean.
	Count(ctx context.Context, scope client.Scope, conditions Conditions) (int64, error)
	// Snapshot runs reads that see one state of the database; within another
	// snapshot, or a write, that one's.
	Snapshot(ctx context.Context, read func(context.Context) error) error
	// TagCounts lists the tags of the live clients that the scope sees.
	TagCounts(ctx context.Context, scope client.Scope) ([]TagCount, error)
	// ClientsByID finds clients by id, deleted ones as well where asked for but
	// never merged ones, in the order of ids.
	ClientsByID(ctx context.Context, scope client.Scope, ids []int64, withDeleted bool, need client.Selection) ([]*client.Client, error)
	// LookUp finds the clients of those ids and those into whom ids were merged,
	// deleted ones too, all at one moment. Merged is always loaded.
	LookUp(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]*client.Client, error)
	// LookUpRows is LookUp in rows, which do not say which ids were merged into them.
	LookUpRows(ctx context.Context, scope client.Scope, ids []int64, need client.Selection) ([]client.Row, error)
	// Viewers finds the live clients who may see one of those, in the order of
	// ids. SubjectIDs are always loaded.
	Viewers(ctx context.Context, scope client.Scope, subjectIDs []int64, need client.Selection) ([]*client.Client, error)
	// Forms finds the forms that those clients signed, by client and form id.
	Forms(ctx context.Context, scope client.Scope, clientIDs []int64) ([]client.Form, error)
	// Appointments finds appointments of those clients, by client: of each the first
	// that the query asks for, by start and id.
	Appointments(ctx context.Context, scope client.Scope, clientIDs []int64, query AppointmentQuery) (map[int64][]client.Appointment, error)

	// Business finds the business of the scope; DefaultBusiness when nothing is
	// stored about it.
	Business(ctx context.Context, scope client.Scope) (*client.Business, error)
	// RekeyState is the version of the rules that the keys of the business's clients were
	// computed by; RulesVersion for a business without clients.
	RekeyState(ctx context.Context, scope client.Scope) (search.RekeyState, error)
	// OutdatedBusinesses finds the businesses with clients whose keys are of an
	// earlier version.
	OutdatedBusinesses(ctx context.Context, version string) ([]int64, error)
	// MarkedBusinesses finds the businesses whose clients' keys are being made
	// anew.
	MarkedBusinesses(ctx context.Context) ([]int64, error)
	// Definitions finds the custom fields of the scope's business.
	Definitions(ctx context.Context, scope client.Scope) (client.Definitions, error)
	// LocationGroups finds the locations of those groups, by group id. Groups that
	// the business does not have are not in it.
	LocationGroups(ctx context.Context, scope client.Scope, ids []int64) (map[int64][]int64, error)
	// ListLocationGroups finds the location groups of the scope's business, by id.
	ListLocationGroups(ctx context.Context, scope client.Scope) ([]LocationGroup, error)

	// NextClientID, NextAccountID, NextDefinitionID and NextMergeID return new ids.
	NextMergeID(ctx context.Context) (int64, error)
	NextClientID(ctx context.Context) (int64, error)
	NextAccountID(ctx context.Context) (int64, error)
	NextDefinitionID(ctx context.Context) (int64, error)
	// TakeClientIDs takes that many ids in a row, which nobody else gets.
	TakeClientIDs(ctx context.Context, count int64) (first int64, err error)
	// ReserveIDs keeps NextClientID and NextAccountID above those two ids.
	ReserveIDs(ctx context.Context, clientID, accountID int64) error

	// Write runs do in one transaction: all that it wrote is there afterwards,
	// or, when it or the commit fails, nothing. It may run do again after a
	// conflict, so do keeps no state between runs. Failures that Tx's methods
	// return are to be returned by do. Error: ErrTooLarge.
	Write(ctx context.Context, scope client.Scope, do func(context.Context, Tx) error) error
}

// Tx is a transaction of Store.Write. Reads see the transaction's own snapshot
// and load whole records.
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

	// Clients finds the clients of those ids that the scope sees, deleted ones
	// too but no merged ones, by id.
	Clients(ctx context.Context, ids []int64) (map[int64]*client.Client, error)
	// ByAccount finds the live clients of those accounts that the scope sees, by
	// account id; of a merged one its survivor.
	ByAccount(ctx context.Context, accountIDs []int64) (map[int64]*client.Client, error)
	// Viewers finds the live clients with an account who may see that one, as
	// far as the scope sees them.
	Viewers(ctx context.Context, subjectID int64) ([]*client.Client, error)
	// ChangesSince lists the changes that raised the client above that version.
	ChangesSince(ctx context.Context, clientID, version int64) ([]history.Change, error)
	// Insert writes a new client, its history row and its feed row. The write
	// may wait for the end of the transaction, which then fails with ErrIDTaken
	// when the client's id is not free.
	Insert(ctx context.Context, c *client.Client, entry history.Entry) error
	// Save writes, likewise, what differs between two states of a client, its history row
	// and its feed row.
	Save(ctx context.Context, before, after *client.Client, entry history.Entry, kind history.Kind) error
	// Known finds which of those ids clients of the business have, and KnownViewers the ids
	// of the live and deleted clients who may see that one, that many at most. Both include
	// clients that the scope does not see, so the ids are only to be passed to RelyOn.
	Known(ctx context.Context, ids []int64) ([]int64, error)
	KnownViewers(ctx context.Context, subjectID, limit int64) ([]int64, error)
	// RelyOn makes the transaction conflict with other writes of those clients, each named
	// once, as if it changed them: a decision depends on their state as it was read. It has
	// no effect if the transaction writes nothing else.
	RelyOn(ids []int64)
}
