// Package webhook holds what a webhook's delivery is made of: its secret and
// signature by the Standard Webhooks convention, its body, the addresses that it may
// go to, and when it is tried again. It computes only; package sending sends.
package webhook
