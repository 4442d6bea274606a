package telemetry

import (
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"clientgraph/internal/client"
	"clientgraph/internal/devdb"
)

// redacted returns the form of a value in log lines, by its type. Texts, numbers, times
// and lists of texts are shown, because our code wrote them. An error is shown by the
// program's own words, and by texts of others that never have a value. Anything else,
// such as an input or a record, is shown as the name of its type.
func redacted(value slog.Value) slog.Value {
	switch value.Kind() {
	case slog.KindAny:
	case slog.KindLogValuer:
		return redacted(value.Resolve())
	default:
		return value
	}
	switch v := value.Any().(type) {
	case nil, []string, *slog.Source, slog.Level:
		return value
	case error:
		return slog.StringValue(describe(v))
	}
	return slog.StringValue(fmt.Sprintf("(%T)", value.Any()))
}

// describe returns the text of an error that may be logged: the program's own words, and
// safe texts of the causes that it wraps.
func describe(err error) string {
	if text, known := described(err); known {
		return text
	}
	causes := causesOf(err)
	if len(causes) == 0 || !isWrapper(err) {
		texts := []string{fmt.Sprintf("(%T)", err)}
		for _, cause := range causes {
			texts = append(texts, describe(cause))
		}
		return strings.Join(texts, ": ")
	}
	// The text around the causes is the program's own.
	text := err.Error()
	for _, cause := range causes {
		text = strings.Replace(text, cause.Error(), describe(cause), 1)
	}
	return text
}

func causesOf(err error) []error {
	switch wrapper := err.(type) { //nolint:errorlint // It is taken apart level by level.
	case interface{ Unwrap() []error }:
		return wrapper.Unwrap()
	case interface{ Unwrap() error }:
		if cause := wrapper.Unwrap(); cause != nil {
			return []error{cause}
		}
	}
	return nil
}

// isWrapper says whether an error comes from fmt.Errorf or errors.Join, so that its text
// contains those of its causes.
func isWrapper(err error) bool {
	return slices.Contains([]string{"*fmt.wrapError", "*fmt.wrapErrors", "*errors.joinError"}, fmt.Sprintf("%T", err))
}

// described returns the text of an error of a known type; for a type whose text has
// values, another text.
func described(err error) (text string, known bool) {
	switch e := err.(type) { //nolint:errorlint // The type itself, not one that it wraps.
	case client.Errors, *client.Error, *devdb.UserError, runtime.Error, syscall.Errno, *net.OpError, *net.DNSError, *os.PathError, *os.SyscallError,
		topology.ServerSelectionError, topology.ConnectionError, topology.WaitQueueTimeoutError:
		return err.Error(), true
	case mongo.CommandError:
		// Its message may have parts of the document or the key.
		return fmt.Sprintf("the database refused the command with code %d %s%s", e.Code, e.Name, labels(e.Labels)), true
	case mongo.WriteException:
		return fmt.Sprintf("the database refused the write with codes %v%s", e.ErrorCodes(), labels(e.Labels)), true
	case mongo.BulkWriteException:
		return fmt.Sprintf("the database refused the writes with codes %v%s", e.ErrorCodes(), labels(e.Labels)), true
	}
	// Errors of errors.New have fixed texts without values.
	names := []string{"*errors.errorString", "context.deadlineExceededError", "poll.errNetClosing", "*poll.DeadlineExceededError"}
	return err.Error(), slices.Contains(names, fmt.Sprintf("%T", err))
}

func labels(of []string) string {
	if len(of) == 0 {
		return ""
	}
	return " (" + strings.Join(of, ", ") + ")"
}
