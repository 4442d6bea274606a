package secret

import "context"

// Opens says by its error whether a cipher opens the keys that are stored, as far as
// there are any: ErrDoesNotOpen where they were sealed under another key ring. It
// makes and changes none.
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

// Keys is how many keys the ring has.
func (c *Cipher) Keys() int { return c.keys }
