package server

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// mediaRange parses an entry of an Accept, Content-Type or Accept-Encoding header. An
// entry without parameters, the usual case, needs no allocation.
func mediaRange(entry string) (name string, parameters map[string]string, err error) {
	if strings.Contains(entry, ";") {
		return mime.ParseMediaType(entry)
	}
	return strings.ToLower(strings.TrimSpace(entry)), nil, nil
}

// accepted returns the best offer for an Accept or Accept-Encoding header: the one with
// the highest weight and, among equals, the first; empty if none is acceptable. matches
// says how closely a range of the header matches an offer, 0 for not at all; the weight
// of the closest range counts.
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

// mediaFor returns the media type for the answer; empty if the caller accepts neither.
// application/graphql-response+json must be named, because old clients with wildcards
// expect application/json.
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

// encodingFor returns the encoding for the answer. Between equal weights gzip wins: Node
// 20's fetch lists zstd, but can't decode it.
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
