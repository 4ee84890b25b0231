package extract

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	_ "image/jpeg" // for image.Decode
	_ "image/png"  // for image.Decode
	"io"

	_ "golang.org/x/image/webp" // for image.Decode

	"meetleaks/scanner/extract/pdf"
)

// What an image says: the QR codes on it, and the texts in the file beside the picture (comments, descriptions, what stands
// behind its end). Words that are painted are not read.

// The parts of an image's document.
const (
	partCodes    = "qr"
	partMetadata = "metadata"
)

// The limits of an image.
const (
	maxPixels      = 20_000_000
	maxFrames      = 10         // of an animation, from its first on
	maxFramePixels = 40_000_000 // of all frames
	shortestNote   = 12         // bytes of a text in the file
	maxNotes       = 1 << 20    // bytes of all of them
	maxChunks      = 10_000     // of a PNG
)

// readImage tells what the image in data says. It runs in a child.
func readImage(data []byte, t *teller) {
	if err := tellNotes(data, t); err != nil {
		return
	}
	frames, err := decodeImage(data)
	if err != nil {
		t.problem(err)
	}
	told := map[string]bool{}
	for _, frame := range frames {
		codes, err := frame.codes(t.ctx)
		for _, code := range codes {
			if told[code] {
				continue
			}
			told[code] = true
			if t.text(0, partCodes, code+"\n\n") != nil {
				return
			}
		}
		if err != nil {
			t.problem(err)
		}
	}
}

// decodeImage returns the image, or the frames of an animation, in shades of grey.
func decodeImage(data []byte) (frames []*grey, err error) {
	defer func() {
		if recover() != nil {
			err = errBrokenImage
		}
	}()
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, errBrokenImage
	}
	pixels := int64(config.Width) * int64(config.Height)
	if pixels > maxPixels || config.Width > maxPixels || config.Height > maxPixels {
		return nil, fmt.Errorf("%d × %d pixels: more than %d million", config.Width, config.Height, maxPixels/1_000_000)
	}
	if format == "gif" {
		return decodeGIF(data, config, pixels)
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, errBrokenImage
	}
	return []*grey{greyOf(picture)}, nil
}

var errBrokenImage = errors.New("broken image: its picture was not read")

// decodeGIF returns the first frames, each with what the ones before it have left.
func decodeGIF(data []byte, config image.Config, pixels int64) ([]*grey, error) {
	most := int(max(min(maxFrames, maxFramePixels/max(pixels, 1)), 1))
	shortened, more := firstFrames(data, most)
	all, err := gif.DecodeAll(bytes.NewReader(shortened))
	if err != nil {
		return nil, errBrokenImage
	}
	canvas := newGrey(config.Width, config.Height)
	var frames []*grey
	for _, frame := range all.Image {
		canvas.paint(frame)
		frames = append(frames, &grey{canvas.w, canvas.h, bytes.Clone(canvas.pix)})
	}
	if more {
		err = policy(fmt.Sprintf("an animation: only its first %d frames were read", most))
	}
	return frames, err
}

// firstFrames cuts a GIF behind its first frames, and says whether there are more. See its specification, version 89a.
func firstFrames(data []byte, most int) (shortened []byte, more bool) {
	const header = 13
	if len(data) < header {
		return data, false
	}
	colours := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	blocks := func(at int) int {
		for at < len(data) && data[at] != 0 {
			at += int(data[at]) + 1
		}
		return at + 1
	}
	frames := 0
	for at := header + colours(data[10]); at < len(data); {
		switch data[at] {
		case '!': // an extension
			at = blocks(at + 2)
		case ',': // a frame
			if frames == most {
				return append(bytes.Clone(data[:at]), ';'), true
			}
			frames++
			if at+10 > len(data) {
				return data, false
			}
			at = blocks(at + 10 + colours(data[at+9]) + 1)
		default:
			return data, false
		}
	}
	return data, false
}

// tellNotes tells the texts in the file. A broken one that has no end is no matter: the bytes are looked at as they are.
func tellNotes(data []byte, t *teller) error {
	var notes bytes.Buffer
	add := func(text []byte) {
		for _, run := range pdf.Printable(text, shortestNote) {
			if notes.Len()+len(run) < maxNotes {
				notes.Write(run)
				notes.WriteString("\n\n")
			}
		}
	}
	for _, text := range packedNotes(data) {
		add(text)
	}
	add(data)
	if wide := bytes.ReplaceAll(data, []byte{0}, nil); len(wide) > 0 && len(wide) < len(data) && bytes.Contains(data, []byte("h\x00t\x00t\x00p\x00")) {
		add(wide) // UTF-16, as Windows writes its comments
	}
	return t.text(0, partMetadata, notes.String())
}

// packedNotes are the compressed texts of a PNG.
func packedNotes(data []byte) [][]byte {
	const head, frame = 8, 12 // the file's heading; length, name and sum of a chunk
	if !bytes.HasPrefix(data, []byte("\x89PNG")) {
		return nil
	}
	var texts [][]byte
	for at, n := head, 0; at+frame <= len(data) && n < maxChunks; n++ {
		size := int(binary.BigEndian.Uint32(data[at:]))
		name := string(data[at+4 : at+8])
		if size < 0 || size > len(data)-at-frame {
			break
		}
		body := data[at+8 : at+8+size]
		if i := bytes.Index(body, []byte("\x78")); i >= 0 && (name == "zTXt" || name == "iTXt") {
			texts = append(texts, inflated(body))
		}
		at += frame + size
	}
	return texts
}

// inflated unpacks the first thing in body that can be unpacked, behind the text's keyword.
func inflated(body []byte) []byte {
	start := bytes.IndexByte(body, 0)
	for at := max(start, 0); at < min(len(body), start+512); at++ {
		if body[at] != 0x78 {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(body[at:]))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(z, maxNotes))
		if len(text) > 0 {
			return text
		}
	}
	return nil
}

// paint draws a frame of an animation over the picture.
func (g *grey) paint(frame *image.Paletted) {
	var shade [256]byte
	var seen [256]bool
	for i, c := range frame.Palette[:min(len(frame.Palette), 256)] {
		_, _, _, alpha := c.RGBA()
		shade[i], seen[i] = shadeOf(c), alpha > 0
	}
	r := frame.Rect.Intersect(image.Rect(0, 0, g.w, g.h))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if i := frame.ColorIndexAt(x, y); seen[i] {
				g.pix[y*g.w+x] = shade[i]
			}
		}
	}
}

// shadeOf is how bright a colour is on white paper.
func shadeOf(c color.Color) byte {
	r, g, b, a := c.RGBA()
	return byte((r+2*g+b)/4>>8 + (0xffff-a)>>8)
}
