package search

import (
	"testing"

	"clientgraph/internal/client"
)

// Whoever types one of them finds the other.
func TestSpellingsFindEachOther(t *testing.T) {
	for kind, pairs := range map[string][][2]string{
		"apostrophes": {
			{"O’Brien", "O'Brien"},
			{"O‘Brien", "O'Brien"},
			{"Oʼbrien", "O'Brien"},
			{"O`Brien", "O'Brien"},
			{"O´Brien", "O’Brien"},
			{"Oʻahu", "O'ahu"},
			{"D′Arcy", "D'Arcy"},
			{"L＇Oréal", "l'oreal"},
			{"Kohanaiki ꞌOhana", "Kohanaiki 'Ohana"},
			{"צ׳רלי", "צ'רלי"},
		},
		"hyphens": {
			{"Jean\u2011Luc", "Jean-Luc"},
			{"Jean\u2010Luc", "Jean-Luc"},
			{"Jean–Luc", "Jean-Luc"},
			{"Jean—Luc", "Jean-Luc"},
			{"Jean\u2212Luc", "Jean-Luc"},
			{"Jean－Luc", "Jean-Luc"},
			{"Jean﹣Luc", "Jean-Luc"},
			{"בן־גוריון", "בן-גוריון"},
		},
		"quotes and stops": {
			{"Bob “Bobby” Ray", `Bob "Bobby" Ray`},
			{"«Marie»", `"Marie"`},
			{"רמטכ״ל", `רמטכ"ל`},
			{"Dr․ No", "Dr. No"},
			{"Col·lecció", "Col.lecció"},
			{"ジョン・スミス", "ジョン･スミス"},
			{"a⁄b", "a/b"},
			{"wait…", "wait..."},
			{"نعم؟", "نعم?"},
		},
		"spaces": {
			{"Anna\u00a0Lee", "Anna Lee"},
			{"Anna\u2003Lee", "Anna  Lee"},
			{"Anna\u3000Lee", "Anna Lee"},
			{"Anna\u202fLee", "Anna Lee"},
			{" Anna\tLee ", "Anna Lee"},
			{"Anna\u2800Lee", "Anna Lee"},
		},
		"invisible marks": {
			{"mar\u00adtin", "martin"},
			{"\ufeffmartin", "martin"},
			{"mar\u200btin", "martin"},
			{"\u202amartin\u202c", "martin"},
			{"mar\u2060tin", "martin"},
			{"martin\u3164", "martin"},
			{"mar\u034ftin", "martin"},
			{"martin\ufe0f", "martin"},
		},
		"Arabic": {
			{"أحمد", "احمد"},
			{"إبراهيم", "ابراهيم"},
			{"آمنة", "امنه"},
			{"ٱلرحمن", "الرحمن"},
			{"مُحَمَّد", "محمد"},
			{"محـــمد", "محمد"},
			{"مصطفى", "مصطفي"},
			{"فاطمة", "فاطمه"},
			{"علی", "علي"},
			{"کریم", "كريم"},
			{"رؤوف", "رووف"},
		},
		"Hebrew": {
			{"שָׁלוֹם", "שלום"}, {"דָּוִד", "דוד"}, {"רִבְקָה", "רבקה"}, {"שרה\u05c4", "שרה"}, {"יִצְחָק", "יצחק"}, {"שלום", "שלומ"},
		},
		"kana": {
			{"ヤマダ", "やまだ"},
			{"ﾔﾏﾀﾞ", "やまだ"},
			{"カタカナ", "かたかな"},
			{"ヴァイオリン", "ゔぁいおりん"},
			{"ラーメン", "らーめん"},
			{"ヶ", "ゖ"},
			{"ｸﾞ", "ぐ"},
			{"ヷ", "わ\u3099"},
		},
	} {
		for _, pair := range pairs {
			for _, one := range [][2]string{pair, {pair[1], pair[0]}} {
				search, ok := NewTerm(one[0])
				if !ok || !search.Matches("before "+one[1]+" after") {
					t.Errorf("%s: %+q does not find %+q: %+q and %+q", kind, one[0], one[1], Normalise(one[0]), Normalise(one[1]))
				}
			}
		}
	}
}

// What people tell apart stays apart.
func TestLettersThatDifferAreNotOne(t *testing.T) {
	for _, pair := range [][2]string{
		{"O'Brien", "OBrien"},
		{"Jean-Luc", "JeanLuc"},
		{"はは", "ぱぱ"},
		{"つき", "っき"},
		{"ビル", "ヒル"},
		{"ー", "-"},
		{"سعيد", "سعد"},
		{"حسن", "خسن"},
		{"ז", "ו"},
		{"김", "킴"},
		{"a-b", "a b"},
		{"1.5", "15"},
	} {
		if Normalise(pair[0]) == Normalise(pair[1]) {
			t.Errorf("%+q and %+q are both searched as %+q", pair[0], pair[1], Normalise(pair[0]))
		}
	}
}

// A search form is one: searching for it finds the same.
func TestNormalisingTwiceChangesNothing(t *testing.T) {
	for r := rune(0x20); r < 0x20000; r++ {
		if once := Normalise("x" + string(r) + "y"); Normalise(once) != once {
			t.Errorf("%U is searched as %+q, and that as %+q", r, once, Normalise(once))
		}
	}
}

// Every syllable of Hangul begins a word, as every character of Han and kana does.
func TestEverySyllableBeginsAWord(t *testing.T) {
	for _, one := range []struct {
		text, search string
		found        bool
	}{
		{"이영숙", "숙", true},
		{"이영숙", "영숙", true},
		{"김이영숙", "이영", true},
		{"이영숙", "수", false},
		{"이\u1105\u1167ᆼ", "령", true},
		{"山田太郎", "太", true},
		{"やまだ", "ダ", true},
		{"สมชาย", "ชา", true},
		{"Ann 이", "이", true},
		{"Anna", "nn", false},
	} {
		search, _ := NewTerm(one.search)
		if search.Matches(one.text) != one.found {
			t.Errorf("%s in %s: want %v", one.search, one.text, one.found)
		}
		name := one.text
		keys := searchKeys((&client.Client{StoredFullName: &name}))
		if one.found && !anyOf(keys, search.Keys()) {
			t.Errorf("%s is not found by the keys of %s", one.search, one.text)
		}
	}
}

func anyOf(keys, wanted []string) bool {
	for _, key := range keys {
		for _, want := range wanted {
			if key == want {
				return true
			}
		}
	}
	return false
}
