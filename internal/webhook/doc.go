// Package webhook defines the messages of webhooks: their secret and signature by the
// Standard Webhooks convention, their body, the allowed addresses, and the delays between
// attempts. Package sending sends them.
package webhook
