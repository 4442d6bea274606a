//go:build !unix

package conns

// Affordable is how many connections the process has file descriptors for; 0 when
// that is not bounded.
func Affordable() int { return 0 }
