package client

import (
	"cmp"
	"slices"
	"strconv"
)

// SortedSet returns ids ascending and without duplicates; nil for none.
func SortedSet(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// FieldValue is the client's value of a custom field; nil for none.
func (c *Client) FieldValue(id int64) any {
	for _, v := range c.FieldValues {
		if v.DefinitionID == id {
			return v.Value
		}
	}
	return nil
}

// SetFieldValue sets the value of a custom field; nil clears it.
func (c *Client) SetFieldValue(id int64, value any) {
	c.FieldValues = WithFieldValue(c.FieldValues, id, value)
}

// EdgePath is the path of one entry, by id, in changes of a list.
func EdgePath(prefix string, id int64) string { return prefix + "." + strconv.FormatInt(id, 10) }

// TextSize returns the number of bytes of the client's texts.
func (c *Client) TextSize() int {
	size := 0
	for i := range properties {
		size += properties[i].place.bytes(c)
	}
	return size
}

// Unique removes duplicates and keeps the order.
func Unique[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	var once []T
	for _, value := range list {
		if !seen[value] {
			seen[value] = true
			once = append(once, value)
		}
	}
	return once
}

// WithoutSubjects returns a merged client as history sees it. Its record keeps its
// subjects, for undoing the merge, but the edges belong to the survivor.
func (c *Client) WithoutSubjects() *Client {
	same := *c
	same.SubjectIDs = nil
	return &same
}

// WithID returns the ascending list with or without an id.
func WithID(ids []int64, id int64, there bool) []int64 {
	i, found := slices.BinarySearch(ids, id)
	switch {
	case there && !found:
		return slices.Insert(ids, i, id)
	case !there && found:
		return slices.Delete(ids, i, i+1)
	}
	return ids
}

// WithFieldValue returns the list, ordered by definition id, with another value for one
// definition; nil removes it.
func WithFieldValue(values []FieldValue, definitionID int64, value any) []FieldValue {
	i, found := slices.BinarySearchFunc(values, definitionID, func(v FieldValue, id int64) int { return cmp.Compare(v.DefinitionID, id) })
	if found {
		values = slices.Delete(values, i, i+1)
	}
	if value == nil {
		return values
	}
	return slices.Insert(values, i, FieldValue{DefinitionID: definitionID, Value: value})
}
