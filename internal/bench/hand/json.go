package hand

import (
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const hexadecimal = "0123456789abcdef"

// appendText appends UTF-8 text as a JSON string.
func appendText(to, text []byte) []byte {
	to = append(to, '"')
	start := 0
	for i, b := range text {
		if b >= ' ' && b != '"' && b != '\\' {
			continue
		}
		to = append(to, text[start:i]...)
		if b == '"' || b == '\\' {
			to = append(to, '\\', b)
		} else {
			to = append(to, '\\', 'u', '0', '0', hexadecimal[b>>4], hexadecimal[b&15])
		}
		start = i + 1
	}
	to = append(to, text[start:]...)
	return append(to, '"')
}

// appendTextOrNull is appendText for a text that may be missing.
func appendTextOrNull(to, text []byte) []byte {
	if text == nil {
		return append(to, "null"...)
	}
	return appendText(to, text)
}

// appendID appends a number as an id.
func appendID(to []byte, id int64) []byte {
	to = append(to, '"')
	to = strconv.AppendInt(to, id, 10)
	return append(to, '"')
}

// appendInstant appends milliseconds since 1970 as RFC 3339.
func appendInstant(to []byte, millis int64) []byte {
	t := time.UnixMilli(millis).UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	to = append(to, '"')
	to = appendDigits(to, year, 4)
	to = appendDigits(append(to, '-'), int(month), 2)
	to = appendDigits(append(to, '-'), day, 2)
	to = appendDigits(append(to, 'T'), hour, 2)
	to = appendDigits(append(to, ':'), minute, 2)
	to = appendDigits(append(to, ':'), second, 2)
	to = appendDigits(append(to, '.'), int(((millis%1000)+1000)%1000), 3)
	return append(to, 'Z', '"')
}

func appendDigits(to []byte, number, width int) []byte {
	var digits [4]byte
	for i := width - 1; i >= 0; i-- {
		digits[i] = byte('0' + number%10)
		number /= 10
	}
	return append(to, digits[:width]...)
}

func appendBool(to []byte, value bool) []byte {
	if value {
		return append(to, "true"...)
	}
	return append(to, "false"...)
}

// appendTexts appends a stored array of strings; nil is an empty one.
func appendTexts(to []byte, array []byte) []byte {
	to = append(to, '[')
	first := true
	for element := scan(array); element.next(); {
		if element.kind != bson.TypeString {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = appendText(to, element.text())
	}
	return append(to, ']')
}
