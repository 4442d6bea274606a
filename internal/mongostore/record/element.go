package record

import (
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// isNamed says whether the first element in rest, the unread bytes of a document, has a
// name. The name is given with the zero byte that ends it.
func isNamed(rest []byte, terminated string) bool {
	return len(rest) > len(terminated) && rest[1] == terminated[0] && string(rest[1:1+len(terminated)]) == terminated
}

// element returns the name and the size in bytes of the first element in rest, the unread
// bytes of a document. It returns false when rest does not begin with a valid element.
func element(rest []byte) (name []byte, size int, ok bool) {
	end := 1
	for end < len(rest) && rest[end] != 0 {
		end++
	}
	if end >= len(rest) {
		return nil, 0, false
	}
	length := sizeOf(rest[0], rest[end+1:])
	if length < 0 {
		return nil, 0, false
	}
	return rest[1:end], end + 1 + length, true
}

// sizeOf returns the size in bytes of the value of a type at the beginning of value; -1
// when there is no valid one.
func sizeOf(kind byte, value []byte) int {
	length := -1
	switch bson.Type(kind) {
	case bson.TypeNull, bson.TypeUndefined, bson.TypeMinKey, bson.TypeMaxKey:
		length = 0
	case bson.TypeBoolean:
		length = 1
	case bson.TypeInt32:
		length = 4
	case bson.TypeDouble, bson.TypeInt64, bson.TypeDateTime, bson.TypeTimestamp:
		length = 8
	case bson.TypeObjectID:
		length = 12
	case bson.TypeDecimal128:
		length = 16
	case bson.TypeString:
		length = prefixed(value, 4)
	case bson.TypeEmbeddedDocument, bson.TypeArray:
		length = prefixed(value, 0)
	case bson.TypeBinary:
		length = prefixed(value, 5)
	}
	if length > len(value) {
		return -1
	}
	return length
}

// prefixed returns the size in bytes of a value that begins with its length; uncounted is
// the number of bytes that this length leaves out. It returns -1 for an invalid length.
func prefixed(value []byte, uncounted int) int {
	if len(value) < 4 {
		return -1
	}
	length := int64(int32(binary.LittleEndian.Uint32(value))) //nolint:gosec // It is signed.
	if length < 0 {
		return -1
	}
	return int(length) + uncounted
}
