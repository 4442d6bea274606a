// Package sample owns sample data: the reference's own example clients, and
// made-up ones in any number.
//
// Nobody in it is real. Generated names are chance combinations of common given
// and family names; e-mail addresses are of the domains that RFC 2606 keeps for
// examples; phone numbers are of ranges kept for fiction where a country has
// them, and of blocks that look made up elsewhere.
//
// What the store derives when it writes (order keys, the count of open
// appointments) is left out.
package sample
