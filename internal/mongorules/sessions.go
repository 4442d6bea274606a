package mongorules

import (
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// lifetime is how long a transaction may take from its first command to its commit before
// MongoDB ends it: the default of transactionLifetimeLimitSeconds.
const lifetime = time.Minute

// Bounds of a message to MongoDB: a document of the database, and what is around it.
const (
	maxDocument = 16 << 20
	maxMessage  = 48_000_000
	maxBatch    = 100_000
	// maxList is our own bound of the ids in a condition: some hundred KiB.
	maxList = 10_000
)

func (s *sent) inTransaction() bool {
	autocommit, set := s.command.Lookup("autocommit").BooleanOK()
	return set && !autocommit
}

// checkTransaction checks a command of a transaction.
func (s *sent) checkTransaction() {
	if !s.inTransaction() {
		return
	}
	c := s.checker
	number, _ := s.command.Lookup("txnNumber").AsInt64OK()
	key := s.command.Lookup("lsid").String() + strconv.FormatInt(number, 10)
	if start, _ := s.command.Lookup("startTransaction").BooleanOK(); start {
		c.begun[key] = c.now()
		if level(s.command) != "snapshot" {
			s.problem("a transaction begins without the read concern snapshot")
		}
	} else if level(s.command) != "" && s.name != "commitTransaction" {
		s.problem("a command inside a transaction has a read concern")
	}
	switch s.name {
	case "commitTransaction", "abortTransaction":
		if s.name == "commitTransaction" && !majority(s.command) {
			s.problem("a commit is not of a majority")
		}
		if c.now().Sub(c.begun[key]) > lifetime && !c.begun[key].IsZero() && s.name == "commitTransaction" {
			s.problem("a transaction takes more than %s", lifetime)
		}
		delete(c.begun, key)
	case "find", "getMore", "killCursors", "insert", "update", "delete", "findAndModify", "bulkWrite":
	case "aggregate":
		for _, stage := range documents(s.command.Lookup("pipeline")) {
			for _, name := range keysOf(stage) {
				if slices.Contains(outsideTransactions(), name) {
					s.problem("a transaction has the stage %s", name)
				}
			}
		}
	default:
		s.problem("it is not for transactions")
	}
	if s.name != "commitTransaction" && s.name != "abortTransaction" && s.command.Lookup("writeConcern").Type != 0 {
		s.problem("a command inside a transaction has a write concern")
	}
}

// outsideTransactions are the stages that MongoDB refuses in a transaction.
func outsideTransactions() []string {
	return []string{
		"$changeStream", "$collStats", "$currentOp", "$indexStats", "$listLocalSessions", "$listSessions", "$merge", "$out", "$planCacheStats", "$unionWith",
	}
}

func level(command bson.Raw) string {
	text, _ := command.Lookup("readConcern", "level").StringValueOK()
	return text
}

func majority(command bson.Raw) bool {
	text, _ := command.Lookup("writeConcern", "w").StringValueOK()
	return text == "majority"
}

// checkConcerns checks that a command uses a majority and the primary, whatever the
// connection's URI asks for.
func (s *sent) checkConcerns() {
	switch s.name {
	case "find", "aggregate", "count":
		if at := level(s.command); !s.inTransaction() && at != "majority" && at != "snapshot" {
			s.problem("a read with the read concern %q", at)
		}
	case "insert", "update", "delete", "findAndModify", "bulkWrite":
		if !s.inTransaction() && !majority(s.command) {
			s.problem("a write that does not wait for a majority")
		}
	}
	// With a direct connection to one server the driver sends primaryPreferred.
	switch mode, _ := s.command.Lookup("$readPreference", "mode").StringValueOK(); mode {
	case "", "primary", "primaryPreferred":
	default:
		s.problem("it may go to a secondary: %s", mode)
	}
}

// checkSizes checks a command's size and that of its documents.
func (s *sent) checkSizes() {
	if len(s.command) > maxMessage {
		s.problem("a message of %d bytes", len(s.command))
	}
	rest := len(s.command)
	for _, list := range []string{"documents", "updates", "deletes"} {
		value := s.command.Lookup(list)
		rest -= len(value.Value)
		batch := documents(value)
		if len(batch) > maxBatch {
			s.problem("%d writes in one command", len(batch))
		}
		for _, document := range batch {
			if len(document) > maxDocument {
				s.problem("a document of %d bytes", len(document))
			}
			s.checkLists(document)
		}
	}
	if rest > maxDocument {
		s.problem("a command of %d bytes", rest)
	}
	for _, part := range []string{"filter", "query"} {
		s.checkLists(document(s.command.Lookup(part)))
	}
	for _, stage := range documents(s.command.Lookup("pipeline")) {
		s.checkLists(stage)
	}
}

// checkLists bounds the lists in conditions at any depth.
func (s *sent) checkLists(within bson.Raw) {
	for _, e := range elements(within) {
		value := e.Value()
		if array, ok := value.ArrayOK(); ok {
			values, err := array.Values()
			if err != nil {
				return
			}
			if (e.Key() == "$in" || e.Key() == "$nin") && len(values) > maxList {
				s.problem("a list of %d values in a condition", len(values))
			}
		}
		switch e.Key() {
		case "q", "$match", "$and", "$or", "pipeline", "$unionWith":
			for _, inner := range documents(value) {
				s.checkLists(inner)
			}
			s.checkLists(document(value))
		default:
			if parts := elements(document(value)); len(parts) > 0 && (parts[0].Key() == "$in" || parts[0].Key() == "$nin") {
				s.checkLists(document(value))
			}
		}
	}
}
