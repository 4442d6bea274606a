package mongostore

import (
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
)

// meaning is what a failure of the database means for an operation.
type meaning int

const (
	// meansFault is a failure that is ours: it is logged and masked.
	meansFault meaning = iota
	// meansConflict says that the transaction was ended and nothing of it was done:
	// it is to be run again.
	meansConflict
	// meansUnavailable says that the database can't do it for the moment. The same
	// may succeed later.
	meansUnavailable
	// meansTooLarge says that the operation holds more than the database takes at
	// once: the same will fail again.
	meansTooLarge
)

// A code is a code of MongoDB's servers 6 to 8 that means something here. Names
// and numbers are those of src/mongo/base/error_codes.yml in MongoDB's repository.
type code struct {
	number int
	name   string
	means  meaning
}

const codeNamespaceExists = 48

// codes are all of them, by number. What is not listed is a fault.
func codes() []code {
	return []code{
		{6, "HostUnreachable", meansUnavailable},
		{7, "HostNotFound", meansUnavailable},
		{24, "LockTimeout", meansConflict},
		{46, "LockBusy", meansConflict},
		{50, "MaxTimeMSExpired", meansUnavailable},
		{64, "WriteConcernTimeout", meansUnavailable},
		{89, "NetworkTimeout", meansUnavailable},
		{91, "ShutdownInProgress", meansUnavailable},
		{100, "UnsatisfiableWriteConcern", meansUnavailable},
		{112, "WriteConflict", meansConflict},
		{133, "FailedToSatisfyReadPreference", meansUnavailable},
		{134, "ReadConcernMajorityNotAvailableYet", meansUnavailable},
		{150, "StaleEpoch", meansConflict},
		{175, "QueryPlanKilled", meansUnavailable},
		{189, "PrimarySteppedDown", meansUnavailable},
		{202, "NetworkInterfaceExceededTimeLimit", meansUnavailable},
		{216, "ElectionInProgress", meansUnavailable},
		{225, "TransactionTooOld", meansConflict},
		{237, "CursorKilled", meansUnavailable},
		{239, "SnapshotTooOld", meansConflict},
		{246, "SnapshotUnavailable", meansConflict},
		{249, "StaleDbVersion", meansConflict},
		{250, "StaleChunkHistory", meansConflict},
		{251, "NoSuchTransaction", meansConflict},
		{257, "TransactionTooLarge", meansTooLarge},
		{262, "ExceededTimeLimit", meansUnavailable},
		{264, "TooManyFilesOpen", meansUnavailable},
		{267, "PreparedTransactionInProgress", meansUnavailable},
		{272, "MigrationConflict", meansConflict},
		{281, "TransactionCoordinatorSteppingDown", meansUnavailable},
		{282, "TransactionCoordinatorReachedAbortDecision", meansConflict},
		{290, "TransactionExceededLifetimeLimitSeconds", meansUnavailable},
		{356, "TxnRetryCounterTooOld", meansConflict},
		{365, "TemporarilyUnavailable", meansUnavailable},
		{371, "UserWritesBlocked", meansUnavailable},
		{388, "TransactionTooLargeForCache", meansTooLarge},
		{402, "ResourceExhausted", meansUnavailable},
		{433, "AdmissionQueueOverflow", meansUnavailable},
		{449, "RateLimitExceeded", meansUnavailable},
		{450, "PooledConnectionAcquisitionRejected", meansUnavailable},
		{453, "InterruptedDueToReshardingCriticalSection", meansUnavailable},
		{462, "IngressRequestRateLimitExceeded", meansUnavailable},
		{9001, "SocketException", meansUnavailable},
		{10058, "LegacyNotPrimary", meansUnavailable},
		{10107, "NotWritablePrimary", meansUnavailable},
		{10334, "BSONObjectTooLarge", meansTooLarge},
		{11600, "InterruptedAtShutdown", meansUnavailable},
		{11602, "InterruptedDueToReplStateChange", meansUnavailable},
		{13388, "StaleConfig", meansConflict},
		{13435, "NotPrimaryNoSecondaryOk", meansUnavailable},
		{13436, "NotPrimaryOrSecondary", meansUnavailable},
		{14031, "OutOfDiskSpace", meansUnavailable},
		{91331, "RetriableRemoteCommandFailure", meansUnavailable},
		{10045600, "InterruptedDueToFCVChange", meansUnavailable},
	}
}

// engineTexts are what the embedded engine says under the code InternalError,
// where MongoDB has a code.
func engineTexts() map[string]meaning {
	return map[string]meaning{
		"transaction already closed":               meansConflict,
		"because of cache overflow":                meansConflict,
		"will not fit in the storage engine cache": meansTooLarge,
		"No space left on device":                  meansUnavailable,
		// Of everything, until it is started again; see devdb.
		"WT_PANIC": meansUnavailable,
	}
}

// meaningOf is what a failure of the database means. The driver's own failures,
// of connections and pools, are Unavailable's.
func meaningOf(err error) meaning {
	if errors.Is(err, driver.ErrDocumentTooLarge) {
		// The driver does not send what the server would refuse.
		return meansTooLarge
	}
	failure, ok := errors.AsType[mongo.ServerError](err)
	if !ok {
		return meansFault
	}
	// Of a bulk write the failure is one of its parts; the driver looks there too.
	for _, c := range codes() {
		if failure.HasErrorCode(c.number) {
			return c.means
		}
	}
	for text, means := range engineTexts() {
		if failure.HasErrorMessage(text) {
			return means
		}
	}
	return meansFault
}

func serverCode(err error) (int, bool) {
	failure, ok := errors.AsType[mongo.CommandError](err)
	return int(failure.Code), ok
}
