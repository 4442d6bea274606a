// Package transfer brings files into a business: it reads CSV and JSON lines
// strictly, and gives what they hold to package client in batches.
package transfer
