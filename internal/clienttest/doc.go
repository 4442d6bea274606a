// Package clienttest draws clients for the property tests of the rooms.
package clienttest
