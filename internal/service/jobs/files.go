package jobs

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"clientgraph/internal/client"
	"clientgraph/internal/service/reading"
	"clientgraph/internal/store"
)

const (
	// MaxFile bounds the file of an import in bytes.
	MaxFile = 512 << 20
	// linkTime is how long a link to a result is valid.
	linkTime = time.Hour
	// maxChunks bounds the chunks of a file: the largest file has some 2,000 if all of
	// them are full.
	maxChunks = 10_000
)

// Error codes of uploads.
const (
	// CodeNotWaiting is for an upload to a job that does not wait for a file.
	CodeNotWaiting client.Code = "JOB_NOT_WAITING"
	// CodeOffset is for an upload that does not continue at the byte where it stopped.
	CodeOffset client.Code = "OFFSET_MISMATCH"
	// CodeFileTooLarge is for a file larger than MaxFile.
	CodeFileTooLarge client.Code = "FILE_TOO_LARGE"
)

// NotWaiting is the error of an upload to a job that does not wait for a file.
func NotWaiting() *client.Error {
	return &client.Error{Code: CodeNotWaiting, Message: "the job does not wait for a file: the file is complete, or the job has ended; make another job"}
}

// Upload returns the import to which the caller may upload a file: one that it made, in
// any state. Errors: FORBIDDEN, NOT_FOUND.
func (s *Transfers) Upload(ctx context.Context, scope client.Scope, id client.ID) (*store.Job, error) {
	if err := reading.Permit(scope, client.Import, false); err != nil {
		return nil, err
	}
	job, err := s.Store.Job(ctx, scope, id.As(client.TypeJob))
	if err != nil {
		return nil, err
	}
	if job == nil || job.Kind != store.ImportClients {
		return nil, &client.Error{Code: client.CodeNotFound, Message: "you see no import with this id"}
	}
	if job.Maker.User != scope.User {
		return nil, &client.Error{Code: client.CodeForbidden, Message: "only the user who made the job can upload its file"}
	}
	return job, nil
}

// AddToFile appends bytes to the file of a job that Upload returned, at that offset; last
// says that the file ends with them. They are stored at once. The job keeps only
// permissions that this caller has too. Errors: JOB_NOT_WAITING, OFFSET_MISMATCH,
// FILE_TOO_LARGE, TOO_MANY.
func (s *Transfers) AddToFile(ctx context.Context, scope client.Scope, jobID, at int64, data []byte, last bool) error {
	if at+int64(len(data)) > MaxFile {
		return &client.Error{Code: CodeFileTooLarge, Message: fmt.Sprintf("a file has at most %d bytes: import it in parts", MaxFile)}
	}
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx store.Tx) error {
		job, err := tx.Job(ctx, jobID)
		if err != nil {
			return err
		}
		if job == nil || job.State != store.JobWaiting {
			return NotWaiting()
		}
		if job.FileBytes != at {
			return &client.Error{Code: CodeOffset, Message: "the file continues at another byte: see the header Upload-Offset"}
		}
		if job.FileChunks == maxChunks {
			return &client.Error{Code: client.CodeTooMany, Message: fmt.Sprintf("the file arrived in %d parts: make another job, and send its file in fewer", maxChunks)}
		}
		job.Maker.Permissions &= scope.Permissions
		if len(data) > 0 {
			sealed, err := s.sealChunk(job.Key(), at, data)
			if err != nil {
				return err
			}
			if err := tx.AddJobChunk(ctx, jobID, store.JobFile, at, sealed, s.Instant()); err != nil {
				return err
			}
			job.FileBytes, job.FileKept = at+int64(len(data)), true
			job.FileChunks++
		}
		if last {
			job.State, job.Until = store.JobQueued, s.dueNow()
		}
		return tx.PutJob(ctx, *job)
	})
	if err == nil && last {
		s.wakeRunner()
	}
	return err
}

// sealChunk encrypts a chunk of a file, because the file may have more personal data than
// the columns that are imported.
func (s *Transfers) sealChunk(key store.JobKey, at int64, data []byte) ([]byte, error) {
	sealed, err := s.Cipher.Seal(string(data), key.BusinessID, key.JobID, chunkField(at))
	if err != nil {
		return nil, fmt.Errorf("seal a chunk of a file: %w", err)
	}
	return sealed, nil
}

func (s *Transfers) openChunk(key store.JobKey, at int64, sealed []byte) ([]byte, error) {
	data, err := s.Cipher.Open(sealed, key.BusinessID, key.JobID, chunkField(at))
	if err != nil {
		return nil, fmt.Errorf("open a chunk of a file: %w", err)
	}
	return []byte(data), nil
}

// chunkField is the field that a chunk is encrypted for.
func chunkField(at int64) string { return fmt.Sprintf("job.file.%d", at) }

// FileName is the name under which the result of a job is downloaded.
func FileName(job *store.Job) string {
	if job.Kind == store.ExportClients {
		return fmt.Sprintf("clients-%d.%s", job.JobID, job.Format)
	}
	return fmt.Sprintf("import-%d-errors.csv", job.JobID)
}

// Link downloads the result of a job without a token, until it expires.
type Link struct {
	Path    string
	Expires time.Time
}

// ResultLink returns a link to the result of a job; nil if there is none, or if the
// caller does not see all rows that it may have.
func (s *Transfers) ResultLink(ctx context.Context, scope client.Scope, job *store.Job) (*Link, error) {
	if !scope.Permissions.Has(job.Kind.Permission()) || !s.hasResult(job) || !seesResult(scope, job) {
		return nil, nil
	}
	expires := s.Now().Add(linkTime).UTC().Truncate(time.Second)
	token, err := s.linkToken(ctx, job.Key(), expires)
	if err != nil {
		return nil, err
	}
	return &Link{Path: fmt.Sprintf("/jobs/%d/result?token=%s", job.JobID, token), Expires: expires}, nil
}

// hasResult says whether the result of a job is complete, and not deleted yet.
func (s *Transfers) hasResult(job *store.Job) bool {
	if !job.State.Ended() || !job.ResultKept || job.ResultBytes == 0 || job.Kind == store.ExportClients && job.State != store.JobDone {
		return false
	}
	// The chunks expire one by one.
	return s.Now().Before(job.CreatedDate.Add(store.JobFilesKept))
}

// linkHead is the length in bytes of a token's part before the MAC: the business and the
// expiry.
const linkHead = 16

func (s *Transfers) linkToken(ctx context.Context, key store.JobKey, expires time.Time) (string, error) {
	mac, err := s.Digest(ctx, "job result", key.BusinessID, key.JobID, expires.Unix())
	if err != nil {
		return "", err
	}
	token := binary.BigEndian.AppendUint64(nil, uint64(key.BusinessID))  //nolint:gosec // Its bits come back as they are.
	token = binary.BigEndian.AppendUint64(token, uint64(expires.Unix())) //nolint:gosec // It is after 1970.
	return base64.RawURLEncoding.EncodeToString(append(token, mac...)), nil
}

// LinkedResult returns the job of a link's result; nil if the link is invalid or has
// expired, or the result was deleted.
func (s *Transfers) LinkedResult(ctx context.Context, jobID int64, token string) (*store.Job, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(data) < linkHead {
		return nil, nil
	}
	business, seconds := binary.BigEndian.Uint64(data), binary.BigEndian.Uint64(data[linkHead/2:])
	key, expires := store.JobKey{BusinessID: int64(business), JobID: jobID}, time.Unix(int64(seconds), 0) //nolint:gosec // The MAC is of what was put in.
	good, err := s.linkToken(ctx, key, expires)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal([]byte(good), []byte(token)) || !s.Now().Before(expires) {
		return nil, nil
	}
	job, err := s.Store.Job(ctx, client.Scope{BusinessID: key.BusinessID}, jobID)
	if err != nil || job == nil || !s.hasResult(job) {
		return nil, err
	}
	return job, nil
}

// ResultChunk reads the result of a job from an offset in bytes; nil at its end, and if
// it was deleted, as by an erasure.
func (s *Transfers) ResultChunk(ctx context.Context, key store.JobKey, at int64) ([]byte, error) {
	scope := client.Scope{BusinessID: key.BusinessID}
	job, err := s.Store.Job(ctx, scope, key.JobID)
	if err != nil || job == nil || !s.hasResult(job) {
		return nil, err
	}
	return s.Store.JobChunk(ctx, scope, key.JobID, job.ResultPart, at)
}
