// Package search owns how clients are found and ordered: it normalises texts,
// cuts them into the pieces that an index looks up, and makes sort keys, phone
// spellings and the identity keys by which duplicates are recognised. All of it
// is computed when a client is written and stored beside the record, so that
// every database sorts and finds alike. RulesVersion names what made the keys.
package search
