package config

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Limits bounds the operations of callers. Other bounds of an operation (depth, aliases,
// tokens and the like) depend on the schema, and have no flags.
type Limits struct {
	MaxCost         int64          `default:"50000" help:"Points that an operation may cost: one for each field, times the sizes of the lists that it is in. extensions.cost shows the cost of an operation."`
	MaxRows         int64          `default:"100000" help:"Rows that an operation may read from the database."`
	MaxBody         int64          `default:"1048576" help:"Bytes of a request's body, and of a message of a socket."`
	BodyTime        time.Duration  `default:"10s" help:"How long reading a body may take."`
	QueryTime       time.Duration  `default:"10s" help:"How long a query may take."`
	MutationTime    time.Duration  `default:"30s" help:"How long a mutation may take, except merges."`
	MergeTime       time.Duration  `default:"1m" help:"How long a merge, its preview or its undoing may take."`
	MaxRunning      int            `placeholder:"N" help:"Operations that are executed at once; by default two for each core, at least four. One caller may have half of them."`
	MaxWaiting      int            `placeholder:"N" help:"Operations that wait for their turn; by default eight for each that is executed. Turns go to the business, and in it to the caller, with the fewest running; the caller with the most waiting is refused first."`
	WaitTime        time.Duration  `default:"80ms" help:"How long an operation waits for its turn before it is refused."`
	WriteTime       time.Duration  `default:"10s" help:"How long a caller may take to read 64 KiB of an answer before it is disconnected."`
	MaxUnwritten    int64          `default:"268435456" help:"Bytes of unread answers; one caller may have an eighth of them."`
	PointsPerMinute int64          `default:"2000000" help:"Points that each caller may spend in a minute, by its business and user; one operation can't cost more. 0 is no bound. Each server counts for itself."`
	TrustedProxy    []netip.Prefix `placeholder:"CIDR" help:"Addresses of proxies, such as 10.0.0.0/8, whose X-Forwarded-For is trusted; may be repeated."`
}

// Validate is called by kong.
func (l Limits) Validate() error {
	for name, value := range map[string]int64{
		"--max-cost": l.MaxCost, "--max-rows": l.MaxRows, "--max-body": l.MaxBody, "--max-unwritten": l.MaxUnwritten, "--write-time": int64(l.WriteTime),
		"--body-time": int64(l.BodyTime), "--query-time": int64(l.QueryTime), "--mutation-time": int64(l.MutationTime),
		"--merge-time": int64(l.MergeTime), "--wait-time": int64(l.WaitTime),
	} {
		if value <= 0 {
			return fmt.Errorf("%s must be more than 0", name)
		}
	}
	switch {
	case l.MaxRunning < 0 || l.MaxWaiting < 0:
		return errors.New("--max-running and --max-waiting must be more than 0, or left out")
	case l.PointsPerMinute < 0:
		return errors.New("--points-per-minute must be 0, for no bound, or more")
	}
	return nil
}

// Operations says which documents are executed.
type Operations struct {
	Operations       string `enum:"any,trusted" default:"any" help:"Which operations are executed: any, or only trusted ones of --trusted-documents."`
	TrustedDocuments string `placeholder:"FILE" help:"JSON file with the documents of published front ends: an object of texts by id, which may be the text's SHA-256 in hexadecimal, or Apollo's manifest of persisted queries. Callers may send an id as documentId instead of query."`
	PersistedQueries bool   `default:"true" negatable:"" help:"Store documents that callers send with their hash (automatic persisted queries)."`
}

// TrustedOnly says whether only trusted documents are executed.
func (o Operations) TrustedOnly() bool { return o.Operations == "trusted" }

// Validate is called by kong.
func (o Operations) Validate() error {
	if o.TrustedOnly() && o.TrustedDocuments == "" {
		return errors.New("--operations=trusted needs the documents to trust; name their file with --trusted-documents")
	}
	return nil
}
