package bench

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseSizes reads the flag -sizes: how many clients businesses have, with commas,
// each more than the one before, and smallest at least.
func ParseSizes(list string, smallest int) ([]int, error) {
	var sizes []int
	for text := range strings.SplitSeq(list, ",") {
		size, err := strconv.Atoi(text)
		if err != nil || size < smallest || (len(sizes) > 0 && size <= sizes[len(sizes)-1]) {
			return nil, fmt.Errorf("-sizes %s: want numbers from %d, each larger than the one before, such as 1000,10000", list, smallest)
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}
