package bluesky

import (
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// unpacker unpacks events: each is one frame of Zstandard (RFC 8878), packed with one dictionary that both sides know. It is used by one
// goroutine.
type unpacker struct {
	decoder *zstd.Decoder
	room    []byte
}

// newUnpacker fails when the dictionary is none: a file as `zstd --train` makes it.
func newUnpacker(dictionary []byte) (*unpacker, error) {
	if len(dictionary) > maxDictionary {
		return nil, fmt.Errorf("the dictionary has %d bytes, %d at most", len(dictionary), maxDictionary)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderDicts(dictionary),
		zstd.WithDecoderMaxMemory(MaxFrame), zstd.WithDecoderMaxWindow(8<<20))
	if err != nil {
		return nil, errors.New("the dictionary is not one of zstd's")
	}
	return &unpacker{decoder: decoder}, nil
}

// unpack returns what a frame holds, until the next call. Nothing is unpacked beyond MaxFrame bytes.
func (u *unpacker) unpack(packed []byte) ([]byte, error) {
	out, err := u.decoder.DecodeAll(packed, u.room[:0])
	if err != nil {
		return nil, errFrame
	}
	u.room = out
	return out, nil
}

func (u *unpacker) close() { u.decoder.Close() }
