package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strconv"
)

// A payload is a gzipped tar at the end of the executable. After it come its SHA-256 as 64 hexadecimal digits and its
// size as 16 decimal ones. scripts/compile/portable.ts writes it.
type payload struct {
	file   io.ReaderAt
	offset int64
	size   int64
	digest string
}

const digestLength, sizeLength = 64, 16

func findPayload(file *os.File) (payload, error) {
	info, err := file.Stat()
	if err != nil {
		return payload{}, err
	}
	trailer := make([]byte, digestLength+sizeLength)
	end := info.Size() - int64(len(trailer))
	if _, err := file.ReadAt(trailer, end); err != nil {
		return payload{}, err
	}
	digest, size := trailer[:digestLength], trailer[digestLength:]
	length, err := strconv.ParseInt(string(size), 10, 64)
	_, invalid := hex.DecodeString(string(digest))
	if err != nil || invalid != nil || length <= 0 || length > end {
		return payload{}, errors.New("this file is not complete")
	}
	return payload{file: file, offset: end - length, size: length, digest: string(digest)}, nil
}

func (p payload) reader() io.Reader {
	return io.NewSectionReader(p.file, p.offset, p.size)
}

// check reads all of it.
func (p payload) check() error {
	hash := sha256.New()
	if _, err := io.Copy(hash, p.reader()); err != nil {
		return err
	}
	wanted, _ := hex.DecodeString(p.digest)
	if !bytes.Equal(hash.Sum(nil), wanted) {
		return errors.New("this file is damaged: its content does not have its checksum")
	}
	return nil
}
