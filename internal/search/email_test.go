package search

import (
	"testing"
)

// A domain is one however it is written, and only then: by IDNA, never by folding
// its case.
func TestDomainsCompareByIDNA(t *testing.T) {
	for _, one := range []struct {
		a, b string
		same bool
	}{
		{"u@bücher.test", "u@xn--bcher-kva.test", true},
		{"u@bücher.test", "U@BÜCHER.TEST", true},
		{"u@bücher.test", "u@XN--BCHER-KVA.test", true},
		{"u@bücher.test", " u@bu\u0308cher.test ", true},
		{"u@bücher.test", "u@bücher。test", true},
		{"u@bücher.test", "u@bucher.test", false},
		{"u@strasse.de", "u@straße.de", false},
		{"u@strasse.de", "u@STRASSE.de", true},
		{"u@straße.de", "u@xn--strae-oqa.de", true},
		{"u@faß.de", "u@fass.de", false},
		{"u@βόλος.com", "u@βόλοσ.com", false},
		{"u@βόλος.com", "u@xn--nxasmm1c.com", true},
		{"u@例え.テスト", "u@xn--r8jz45g.xn--zckzah", true},
		{"u@ｅｘａｍｐｌｅ.com", "u@example.com", true},
		{"u@пример.рф", "u@ПРИМЕР.РФ", true},
		// The local part is no domain.
		{"Straße@example.com", "strasse@example.com", true},
		{"üser@example.com", "ÜSER@example.com", true},
		{"bücher@a.test", "xn--bcher-kva@a.test", false},
		{"A@Example.Com", "a@example.com", true},
		// What no name server knows is compared by its letters.
		{"u@a_b.test", "u@A_B.test", true},
		{"u@xn--a\u00fc.test", "u@XN--A\u00dc.test", true},
		{"u@-a-.test", "u@-b-.test", false},
	} {
		if a, b := FoldEmail(one.a), FoldEmail(one.b); (a == b) != one.same {
			t.Errorf("%+q is %+q, %+q is %+q: want them the same: %v", one.a, a, one.b, b, one.same)
		}
	}
}

// What an address is folded to is folded to itself: a key can be looked up.
func TestFoldedAddressesStayAsTheyAre(t *testing.T) {
	for _, address := range []string{"u@bücher.test", "u@straße.de", "U@ẞ.de", "u@xn--zca.de", "u@-ü-.de", "nobody", "a@b@ü.c"} {
		once := FoldEmail(address)
		if twice := FoldEmail(once); twice != once {
			t.Errorf("%+q is %+q, and that %+q", address, once, twice)
		}
	}
}
