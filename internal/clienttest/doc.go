// Package clienttest draws random clients for the property tests of other packages.
package clienttest
