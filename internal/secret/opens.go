package secret

import "context"

// Opens checks whether a cipher decrypts the stored keys, if there are any. The error is
// ErrDoesNotOpen if they were encrypted with another key ring. It creates and changes no
// keys.
func Opens(ctx context.Context, cipher *Cipher, keys KeyStore) error {
	for _, name := range []string{macName, cursorsName} {
		sealed, err := keys.SealedKey(ctx, name)
		if err != nil {
			return err
		}
		if sealed == nil {
			continue
		}
		if _, err := cipher.openKey(sealed, name); err != nil {
			return err
		}
	}
	return nil
}

// Keys returns the number of keys in the ring.
func (c *Cipher) Keys() int { return c.keys }
