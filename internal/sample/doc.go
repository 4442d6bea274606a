// Package sample has sample data: the reference's example clients, and generated ones in
// any number.
//
// No person in it is real. Generated names are random combinations of common given and
// family names; e-mail addresses use the domains that RFC 2606 reserves for examples;
// phone numbers are from ranges reserved for fiction if a country has them, otherwise
// from blocks that look invented.
//
// The store adds derived values (sort keys, the count of open appointments) when it
// writes.
package sample
