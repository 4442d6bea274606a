package transact

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
)

// Meaning is what an error of the database means for an operation.
type Meaning int

const (
	// MeansFault is an internal error: it is logged and masked.
	MeansFault Meaning = iota
	// MeansConflict says that the transaction was aborted and must be run again.
	MeansConflict
	// MeansUnavailable says that the database can't do it at the moment. The same
	// operation may succeed later.
	MeansUnavailable
	// MeansTooLarge says that the operation is too large for the database: it will fail
	// again.
	MeansTooLarge
)

// Code is an error code of MongoDB 6 to 8 with a meaning. Names and numbers are those of
// src/mongo/base/error_codes.yml in MongoDB's repository.
type Code struct {
	Number int
	Name   string
	Means  Meaning
}

// CodeNamespaceExists says that a collection exists already.
const CodeNamespaceExists = 48

// Codes returns all codes, sorted by number. Other codes are internal errors.
func Codes() []Code {
	return []Code{
		{6, "HostUnreachable", MeansUnavailable},
		{7, "HostNotFound", MeansUnavailable},
		{24, "LockTimeout", MeansConflict},
		{46, "LockBusy", MeansConflict},
		{50, "MaxTimeMSExpired", MeansUnavailable},
		{64, "WriteConcernTimeout", MeansUnavailable},
		{89, "NetworkTimeout", MeansUnavailable},
		{91, "ShutdownInProgress", MeansUnavailable},
		{100, "UnsatisfiableWriteConcern", MeansUnavailable},
		{112, "WriteConflict", MeansConflict},
		{133, "FailedToSatisfyReadPreference", MeansUnavailable},
		{134, "ReadConcernMajorityNotAvailableYet", MeansUnavailable},
		{150, "StaleEpoch", MeansConflict},
		{175, "QueryPlanKilled", MeansUnavailable},
		{189, "PrimarySteppedDown", MeansUnavailable},
		{202, "NetworkInterfaceExceededTimeLimit", MeansUnavailable},
		{216, "ElectionInProgress", MeansUnavailable},
		{225, "TransactionTooOld", MeansConflict},
		{237, "CursorKilled", MeansUnavailable},
		{239, "SnapshotTooOld", MeansConflict},
		{246, "SnapshotUnavailable", MeansConflict},
		{249, "StaleDbVersion", MeansConflict},
		{250, "StaleChunkHistory", MeansConflict},
		{251, "NoSuchTransaction", MeansConflict},
		{257, "TransactionTooLarge", MeansTooLarge},
		{262, "ExceededTimeLimit", MeansUnavailable},
		{264, "TooManyFilesOpen", MeansUnavailable},
		{267, "PreparedTransactionInProgress", MeansUnavailable},
		{272, "MigrationConflict", MeansConflict},
		{281, "TransactionCoordinatorSteppingDown", MeansUnavailable},
		{282, "TransactionCoordinatorReachedAbortDecision", MeansConflict},
		{290, "TransactionExceededLifetimeLimitSeconds", MeansUnavailable},
		{356, "TxnRetryCounterTooOld", MeansConflict},
		{365, "TemporarilyUnavailable", MeansUnavailable},
		{371, "UserWritesBlocked", MeansUnavailable},
		{388, "TransactionTooLargeForCache", MeansTooLarge},
		{402, "ResourceExhausted", MeansUnavailable},
		{433, "AdmissionQueueOverflow", MeansUnavailable},
		{449, "RateLimitExceeded", MeansUnavailable},
		{450, "PooledConnectionAcquisitionRejected", MeansUnavailable},
		{453, "InterruptedDueToReshardingCriticalSection", MeansUnavailable},
		{462, "IngressRequestRateLimitExceeded", MeansUnavailable},
		{9001, "SocketException", MeansUnavailable},
		{10058, "LegacyNotPrimary", MeansUnavailable},
		{10107, "NotWritablePrimary", MeansUnavailable},
		{10334, "BSONObjectTooLarge", MeansTooLarge},
		{11600, "InterruptedAtShutdown", MeansUnavailable},
		{11602, "InterruptedDueToReplStateChange", MeansUnavailable},
		{13388, "StaleConfig", MeansConflict},
		{13435, "NotPrimaryNoSecondaryOk", MeansUnavailable},
		{13436, "NotPrimaryOrSecondary", MeansUnavailable},
		{14031, "OutOfDiskSpace", MeansUnavailable},
		{91331, "RetriableRemoteCommandFailure", MeansUnavailable},
		{10045600, "InterruptedDueToFCVChange", MeansUnavailable},
	}
}

// engineTexts are texts that the embedded engine sends with the code InternalError where
// MongoDB has a code of its own.
func engineTexts() map[string]Meaning {
	return map[string]Meaning{
		"transaction already closed":               MeansConflict,
		"because of cache overflow":                MeansConflict,
		"will not fit in the storage engine cache": MeansTooLarge,
		"No space left on device":                  MeansUnavailable,
		// All operations fail like this until the engine is restarted; see devdb.
		"WT_PANIC": MeansUnavailable,
	}
}

// meaningOf returns what an error of the database means. Unavailable handles the driver's
// own errors, of connections and pools.
func meaningOf(err error) Meaning {
	if errors.Is(err, driver.ErrDocumentTooLarge) {
		// The driver does not send what the server would refuse.
		return MeansTooLarge
	}
	failure, ok := errors.AsType[mongo.ServerError](err)
	if !ok {
		return MeansFault
	}
	// A bulk write has several errors; the driver checks all of them for the code.
	for _, c := range Codes() {
		if failure.HasErrorCode(c.Number) {
			return c.Means
		}
	}
	for text, means := range engineTexts() {
		if failure.HasErrorMessage(text) {
			return means
		}
	}
	return MeansFault
}

// ServerCode returns the code with which the database refused a command; false for other
// errors.
func ServerCode(err error) (int, bool) {
	failure, ok := errors.AsType[mongo.CommandError](err)
	return int(failure.Code), ok
}
