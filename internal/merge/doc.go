// Package merge folds clients into one and takes a merge back. Fold and Unfold
// are pure: they compute from records in memory what the survivor and its
// neighbours become, what moved, what conflicts, and the journal by which a merge
// is undone. The service loads the records and stores the result.
package merge
