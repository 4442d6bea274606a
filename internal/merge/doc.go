// Package merge folds clients into one, and undoes merges. Fold and Unfold are pure: from
// records in memory they compute the survivor and its neighbours, what moves, the
// conflicts, and the journal by which a merge is undone. The service loads the records
// and stores the result.
package merge
