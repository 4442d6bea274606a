// Package sheet reads and writes tables in the formats of spreadsheets: CSV with the
// usual encodings and delimiters, cells that no spreadsheet executes, lists in a cell. It
// does not depend on the content of a table. It has one row in memory.
package sheet
