package control

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
)

// ReadFiles reads the tar of `apply` up to its end mark, so the sender need not close it, and at most so many bytes. It has
// plain files only.
func ReadFiles(from io.Reader, mostBytes int64) (map[string]string, error) {
	files := map[string]string{}
	reader := tar.NewReader(io.LimitReader(from, mostBytes))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the state: not a tar: %w", err)
		}
		if header.Typeflag != tar.TypeReg {
			return nil, fmt.Errorf("unknown file %s", header.Name)
		}
		text, err := io.ReadAll(reader)
		if err != nil {
			return nil, fmt.Errorf("cannot read the state: not a tar: %w", err)
		}
		files[header.Name] = string(text)
	}
}
