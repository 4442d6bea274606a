// Package search computes how clients are found and ordered: it normalises texts, makes
// search keys from pieces of them, sort keys, phone spellings, and the identity keys that
// find duplicates. All keys are computed when a client is written, and stored with it, so
// that every database sorts and finds alike. RulesVersion identifies the rules that made
// the keys.
package search
