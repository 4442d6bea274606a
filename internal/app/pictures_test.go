//go:build browser && pictures

package app_test

import (
	"path/filepath"
	"testing"
)

// Makes the pictures of the console that docs/console.md and the README show.
func TestPicturesOfTheConsole(t *testing.T) {
	folder := filepath.Join(root, "internal", "web", "browser")
	requirePrograms(t)
	images, err := filepath.Abs(filepath.Join(root, "docs", "images"))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, dataDir(t), "--sample")
	t.Logf("%s", runIn(t, folder, "node", "console/pictures.mjs", s.base, images))
}
