package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// Names of a message's headers, by the Standard Webhooks convention.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

const (
	secretPrefix = "whsec_"
	// secretSize is the size of a secret in bytes, before base64.
	secretSize = 32
	// signatureVersion is the prefix of a signature made with HMAC-SHA256.
	signatureVersion = "v1,"
)

// NewSecret returns a new secret in the form that receivers' libraries accept: whsec_ and
// base64.
func NewSecret() string {
	key := make([]byte, secretSize)
	// It never fails.
	_, _ = rand.Read(key)
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// NewMessageID returns the id of a new message, by which receivers recognise duplicates.
// It is random, so that it does not reveal the number of messages.
func NewMessageID() string { return "msg_" + rand.Text() }

// Sign returns the value of the signature's header: a signature with each secret,
// separated by spaces. A receiver with one of the secrets accepts the message.
func Sign(secrets []string, id string, at time.Time, body []byte) string {
	signatures := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		// NewSecret made every secret.
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + Timestamp(at) + "."))
		mac.Write(body)
		signatures = append(signatures, signatureVersion+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}

// Timestamp returns the time in the form of the header: in seconds since 1970.
func Timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
