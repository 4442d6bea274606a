package record

import (
	"encoding/binary"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// isNamed says whether the first element of a document's rest has a name, which is given
// with the byte that ends it.
func isNamed(rest []byte, ended string) bool {
	return len(rest) > len(ended) && rest[1] == ended[0] && string(rest[1:1+len(ended)]) == ended
}

// element is the name of the first element of a document's rest, and the size of
// the element in all; false for what is none.
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

// sizeOf is the size of a value of that type, with which value begins; -1 for what is
// none.
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

// prefixed is the size of a value that begins with its length, which does not count
// that much of it; -1 for none.
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
