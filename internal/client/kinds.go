package client

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// The functions below make the places in the table of properties, one for each kind. A
// new kind is another function.

func textAt(of func(*Client) **string) place {
	return placeOf[*string]{optional(textElement()), of}
}

// sortKeyAt is for a sort key. An empty one is not stored: a client that is in no list
// has no place in an order.
func sortKeyAt(of func(*Client) *string) place {
	k := always(textElement())
	k.empty = func(value string) bool { return value == "" }
	k.read = notWritten
	return placeOf[string]{k, of}
}

func textsAt(of func(*Client) *[]string) place {
	stored := func(list []string) any { return list }
	read := func(p *Property, raw, held any, where Path) (any, Errors) {
		texts, _ := held.([]string)
		return DecodeTexts(p, raw, texts, where)
	}
	return placeOf[[]string]{list(textElement(), stored, read), of}
}

func flagAt(of func(*Client) *bool) place { return placeOf[bool]{always(flagElement()), of} }

// optionalFlagAt is for optional consent: false is the strictest, then null, then true.
func optionalFlagAt(of func(*Client) **bool) place {
	k := optional(flagElement())
	k.strictness = func(value *bool) int {
		switch {
		case value == nil:
			return 0
		case *value:
			return -1
		}
		return 1
	}
	return placeOf[*bool]{k, of}
}

func numberAt(of func(*Client) **float64) place {
	return placeOf[*float64]{optional(numberElement()), of}
}

func countAt(of func(*Client) *int64) place {
	count := idElement()
	count.appendJSON = func(dst []byte, value int64) []byte { return strconv.AppendInt(dst, value, 10) }
	return placeOf[int64]{always(count), of}
}

func idAt(of func(*Client) **int64) place { return placeOf[*int64]{optional(idElement()), of} }

func idsAt(of func(*Client) *[]int64) place {
	stored := func(list []int64) any { return list }
	read := func(p *Property, raw, _ any, where Path) (any, Errors) {
		ids, errs := decodeIDs(raw, TypeAny, p.Max, where)
		return ids, errs
	}
	return placeOf[[]int64]{list(idElement(), stored, read), of}
}

func dateAt(of func(*Client) **Date) place { return placeOf[*Date]{optional(dateElement()), of} }

func instantAt(of func(*Client) **time.Time) place {
	return placeOf[*time.Time]{optional(instantElement()), of}
}

func statusAt(of func(*Client) *Status) place { return placeOf[Status]{always(statusElement()), of} }

// sealedAt is for bytes: a single value, not a list.
func sealedAt(of func(*Client) *[]byte) place {
	k := list(byteElement(), func(sealed []byte) any { return sealed }, notWritten)
	k.decode, k.facts = Stored.Bytes, kindFacts{}
	k.appendStored = func(dst []byte, from Stored) ([]byte, bool) {
		sealed, ok := from.Bytes()
		return k.appendJSON(dst, sealed), ok
	}
	k.entries, k.setEntries = func([]byte) []any { return nil }, func([]any) []byte { return nil }
	return placeOf[[]byte]{k, of}
}

func fieldValuesAt(of func(*Client) *[]FieldValue) place {
	return placeOf[[]FieldValue]{documents(fieldValueElement()), of}
}

func appointmentsAt(of func(*Client) *[]Appointment) place {
	return placeOf[[]Appointment]{documents(appointmentElement()), of}
}

func mergedClientsAt(of func(*Client) *[]MergedClient) place {
	return placeOf[[]MergedClient]{documents(mergedClientElement()), of}
}

func aliasesAt(of func(*Client) *[]Alias) place {
	return placeOf[[]Alias]{documents(aliasElement()), of}
}

// documents is the kind of a list whose entries are stored as documents, and that callers
// can't write.
func documents[V any](e element[V]) *kind[[]V] {
	e.appendJSON = func(dst []byte, value V) []byte {
		// Shown values are texts and numbers, in maps and lists.
		data, _ := json.Marshal(e.show(value))
		return append(dst, data...)
	}
	return list(e, func(list []V) any { return eachOf(list, e.encode) }, notWritten)
}

func same[V comparable](a, b V) bool { return a == b }

// asIs returns a value that is stored or shown unchanged.
func asIs[V any](value V) any { return value }

func noText[V any](V) int { return 0 }

func textElement() element[string] {
	return element[string]{
		equal:      same[string],
		encode:     asIs[string],
		decode:     Stored.Text,
		appendJSON: AppendText,
		show:       asIs[string],
		bytes:      func(text string) int { return len(text) },
		read:       readText,
		sent:       func(raw any, held string) bool { return raw == any(held) },
		size:       utf8.RuneCountInString,
		facts:      kindFacts{unit: "characters", field: FieldText},
	}
}

func flagElement() element[bool] {
	return element[bool]{
		equal:      same[bool],
		encode:     asIs[bool],
		decode:     Stored.Bool,
		appendJSON: strconv.AppendBool,
		show:       asIs[bool],
		bytes:      noText[bool],
		read: func(_ *Property, raw any) (any, *Error) {
			if flag, ok := raw.(bool); ok {
				return flag, nil
			}
			return nil, WrongType("true or false")
		},
		sent: func(raw any, held bool) bool { return raw == any(held) },
		strictness: func(is bool) int {
			if is {
				return 1
			}
			return 0
		},
		facts: kindFacts{field: FieldBoolean},
	}
}

func numberElement() element[float64] {
	return element[float64]{
		equal:      same[float64],
		encode:     asIs[float64],
		decode:     Stored.Float,
		appendJSON: appendNumber,
		show:       asIs[float64],
		bytes:      noText[float64],
		read: func(_ *Property, raw any) (any, *Error) {
			if number, ok := number(raw); ok {
				return number, nil
			}
			return nil, WrongType("a number")
		},
		sent: func(raw any, held float64) bool {
			sent, ok := number(raw)
			return ok && sent == held
		},
		facts: kindFacts{field: FieldNumber},
	}
}

func idElement() element[int64] {
	return element[int64]{
		equal:      same[int64],
		encode:     asIs[int64],
		decode:     Stored.Int,
		appendJSON: AppendID,
		show:       func(id int64) any { return strconv.FormatInt(id, 10) },
		bytes:      noText[int64],
		sent: func(raw any, held int64) bool {
			id, err := DecodeID(raw)
			return err == nil && id == ID{Number: held}
		},
	}
}

func dateElement() element[Date] {
	return element[Date]{
		equal:  same[Date],
		encode: func(day Date) any { return day.UTC() },
		decode: func(from Stored) (Date, bool) {
			t, ok := from.Instant()
			return DateOf(t), ok
		},
		appendJSON: appendDate,
		show:       func(day Date) any { return day.String() },
		bytes:      noText[Date],
		read:       func(_ *Property, raw any) (any, *Error) { return decodeDate(raw) },
		sent: func(raw any, held Date) bool {
			sent, err := decodeDate(raw)
			return err == nil && sent == any(held)
		},
		facts: kindFacts{field: FieldDate},
	}
}

func instantElement() element[time.Time] {
	return element[time.Time]{
		equal:      time.Time.Equal,
		encode:     asIs[time.Time],
		decode:     Stored.Instant,
		appendJSON: appendInstant,
		show:       func(t time.Time) any { return FormatInstant(t) },
		bytes:      noText[time.Time],
	}
}

func statusElement() element[Status] {
	return element[Status]{
		equal:  same[Status],
		encode: func(status Status) any { return string(status) },
		decode: func(from Stored) (Status, bool) {
			text, ok := from.Text()
			return Status(text), ok
		},
		appendJSON: func(dst []byte, status Status) []byte { return AppendText(dst, string(status)) },
		show:       func(status Status) any { return string(status) },
		bytes:      noText[Status],
		read:       readText,
		sent:       func(raw any, held Status) bool { return raw == any(string(held)) },
		strictness: func(status Status) int {
			if status == StatusBlacklisted {
				return 1
			}
			return 0
		},
	}
}

func byteElement() element[byte] {
	return element[byte]{
		equal:      same[byte],
		encode:     asIs[byte],
		decode:     func(Stored) (byte, bool) { return 0, false },
		appendJSON: func(dst []byte, value byte) []byte { return strconv.AppendUint(dst, uint64(value), 10) },
		show:       asIs[byte],
		bytes:      noText[byte],
	}
}
