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

// Names of a delivery's headers, by the Standard Webhooks convention.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

const (
	secretPrefix = "whsec_"
	// secretSize is the size of a secret in bytes, before it is written as base64.
	secretSize = 32
	// signatureVersion begins a signature that is made with HMAC-SHA256.
	signatureVersion = "v1,"
)

// NewSecret returns a new secret in the form that receivers' libraries take: whsec_
// and base64.
func NewSecret() string {
	key := make([]byte, secretSize)
	// It never fails.
	_, _ = rand.Read(key)
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// NewMessageID returns the id of a new message, which receivers know a message by
// that comes twice. It is drawn: it tells nothing of how many there are.
func NewMessageID() string { return "msg_" + rand.Text() }

// Sign returns the value of the signature's header: one signature by each secret,
// parted by spaces. A receiver that knows one of the secrets takes the message.
func Sign(secrets []string, id string, at time.Time, body []byte) string {
	signatures := make([]string, 0, len(secrets))
	for _, secret := range secrets {
		// Every secret was made by NewSecret.
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + Timestamp(at) + "."))
		mac.Write(body)
		signatures = append(signatures, signatureVersion+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}

// Timestamp is a moment as the header has it: in seconds since 1970.
func Timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
