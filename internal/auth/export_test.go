package auth

// Remembered is how many bytes the newer generation of remembered tokens takes.
func (v *Verifier) Remembered() int {
	v.memory.mu.RLock()
	defer v.memory.mu.RUnlock()
	return v.memory.bytes
}
