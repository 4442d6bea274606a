package server

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// mediaRange reads an entry of a header of media types or encodings. One without
// parameters, as almost all are, needs no memory.
func mediaRange(entry string) (name string, parameters map[string]string, err error) {
	if strings.Contains(entry, ";") {
		return mime.ParseMediaType(entry)
	}
	return strings.ToLower(strings.TrimSpace(entry)), nil, nil
}

// accepted is the best of what is on offer for an Accept or Accept-Encoding
// header, by the weights that it gives and, among equals, in the order of offers;
// empty when none will do. matches says how closely a range of the header means
// an offer, 0 for not at all: the closest one's weight counts.
func accepted(header []string, offers []string, matches func(wanted, offer string, parameters map[string]string) int) string {
	best, bestWeight := "", 0.0
	for _, offer := range offers {
		weight, closest := 0.0, 0
		for _, line := range header {
			for entry := range strings.SplitSeq(line, ",") {
				wanted, parameters, err := mediaRange(entry)
				if err != nil {
					continue
				}
				q := 1.0
				if text, given := parameters["q"]; given {
					if q, err = strconv.ParseFloat(text, 64); err != nil {
						continue
					}
				}
				if match := matches(wanted, offer, parameters); match > closest {
					weight, closest = q, match
				}
			}
		}
		if weight > bestWeight {
			best, bestWeight = offer, weight
		}
	}
	return best
}

// mediaFor is the media type that a caller is answered in: the newer one only
// where it is named, for the older one is what callers of old expect. Empty when
// the caller takes neither.
func mediaFor(r *http.Request) string {
	header := r.Header.Values("Accept")
	if strings.TrimSpace(strings.Join(header, "")) == "" {
		return mediaJSON
	}
	offers := []string{mediaJSON}
	if strings.Contains(strings.Join(header, ","), mediaResponse) {
		offers = []string{mediaResponse, mediaJSON}
	}
	return accepted(header, offers, func(wanted, offer string, parameters map[string]string) int {
		charset, given := parameters["charset"]
		switch {
		case given && !strings.EqualFold(charset, "utf-8"):
			return 0
		case wanted == offer:
			return 3
		case wanted == "application/*":
			return 2
		case wanted == "*/*":
			return 1
		}
		return 0
	})
}

// Encodings of answers.
const (
	encodingZstd     = "zstd"
	encodingGzip     = "gzip"
	encodingIdentity = "identity"
)

// encodingFor is the encoding that a caller is answered in. Of two that it likes
// as much it is gzip: Node 20's fetch names zstd and can't read it.
func encodingFor(r *http.Request) string {
	found := accepted(r.Header.Values("Accept-Encoding"), []string{encodingGzip, encodingZstd}, func(wanted, offer string, _ map[string]string) int {
		switch wanted {
		case offer:
			return 2
		case "*":
			return 1
		}
		return 0
	})
	if found == "" {
		return encodingIdentity
	}
	return found
}
