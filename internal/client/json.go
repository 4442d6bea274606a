package client

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"
)

// AppendText appends a text as a JSON string. The answers of both ways of reading
// are equal byte for byte, so it escapes what gqlgen escapes, and nothing else.
func AppendText(dst []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	dst = append(dst, '"')
	start := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '\\' && c != '"' {
			continue
		}
		dst = append(dst, text[start:i]...)
		switch c {
		case '\t':
			dst = append(dst, '\\', 't')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\\', '"':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
		start = i + 1
	}
	dst = append(dst, text[start:]...)
	return append(dst, '"')
}

// AppendOptionalText is AppendText for an optional text: null if it is nil.
func AppendOptionalText(dst []byte, text *string) []byte {
	if text == nil {
		return append(dst, "null"...)
	}
	return AppendText(dst, *text)
}

// AppendID appends an id in its plain form.
func AppendID(dst []byte, id int64) []byte {
	dst = append(dst, '"')
	dst = strconv.AppendInt(dst, id, 10)
	return append(dst, '"')
}

// AppendGlobalID appends an id in its global form.
func AppendGlobalID(dst []byte, typeName string, number int64) []byte {
	const longest = 20
	plain := make([]byte, 0, len(typeName)+1+longest)
	plain = append(append(plain, typeName...), ':')
	dst = append(dst, '"')
	dst = base64.RawURLEncoding.AppendEncode(dst, strconv.AppendInt(plain, number, 10))
	return append(dst, '"')
}

// appendNumber appends a number; null if JSON can't represent it.
func appendNumber(dst []byte, number float64) []byte {
	if math.IsInf(number, 0) || math.IsNaN(number) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, number, 'g', -1, 64)
}

// FormatInstant returns the text of an instant: RFC 3339 in UTC with milliseconds.
func FormatInstant(t time.Time) string { return t.UTC().Format(instantLayout) }

const instantLayout = "2006-01-02T15:04:05.000Z07:00"

func appendInstant(dst []byte, t time.Time) []byte {
	dst = append(dst, '"')
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		dst = t.AppendFormat(dst, instantLayout)
		return append(dst, '"')
	}
	// The same as instantLayout, which AppendFormat would parse for each instant.
	hour, minute, second := t.Clock()
	dst = append(appendDigits(dst, year, 4), '-')
	dst = append(appendDigits(dst, int(month), 2), '-')
	dst = append(appendDigits(dst, day, 2), 'T')
	dst = append(appendDigits(dst, hour, 2), ':')
	dst = append(appendDigits(dst, minute, 2), ':')
	dst = append(appendDigits(dst, second, 2), '.')
	dst = appendDigits(dst, t.Nanosecond()/int(time.Millisecond), 3)
	return append(dst, 'Z', '"')
}

// appendDigits appends a number with that many digits.
func appendDigits(dst []byte, number, digits int) []byte {
	dst = append(dst, "0000"[:digits]...)
	for at := len(dst) - 1; number > 0; at-- {
		dst[at] = "0123456789"[number%10]
		number /= 10
	}
	return dst
}

func appendDate(dst []byte, day Date) []byte {
	dst = append(dst, '"')
	dst = day.UTC().AppendFormat(dst, time.DateOnly)
	return append(dst, '"')
}
