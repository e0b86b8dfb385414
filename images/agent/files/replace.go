// Package files writes files that other processes read.
package files

import "os"

// Replace writes a file as a whole, for its owner alone: whenever this ends, the file is the old one or the new one.
func Replace(path string, content []byte) error {
	next := path + ".next"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}
