// Package sheet reads and writes tables as spreadsheets do: CSV in the encodings and
// with the delimiters that are met, cells that no spreadsheet executes, lists within
// a cell. It knows nothing of what a table is about. Whatever it reads, it holds one
// row in memory.
package sheet
