package extract

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// codeOf is a QR code of so many pixels.
func codeOf(t testing.TB, text string, size int) *grey {
	t.Helper()
	m, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, size, size, nil)
	must(t, err)
	g := newGrey(m.GetWidth(), m.GetHeight())
	for y := range g.h {
		for x := range g.w {
			if m.Get(x, y) {
				g.pix[y*g.w+x] = 0
			}
		}
	}
	return g
}

func (g *grey) picture() *image.Gray {
	return &image.Gray{Pix: g.pix, Stride: g.w, Rect: image.Rect(0, 0, g.w, g.h)}
}

// on puts g onto a larger picture.
func (g *grey) on(paper *grey, left, top int) *grey {
	for y := range g.h {
		copy(paper.pix[(top+y)*paper.w+left:], g.pix[y*g.w:(y+1)*g.w])
	}
	return paper
}

// turned is g turned by an angle, on a paper that holds it.
func (g *grey) turned(degrees float64) *grey {
	side := int(float64(g.w) * 1.5)
	out := newGrey(side, side)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	for y := range side {
		for x := range side {
			dx, dy := float64(x-side/2), float64(y-side/2)
			sx, sy := int(cos*dx+sin*dy)+g.w/2, int(-sin*dx+cos*dy)+g.h/2
			if sx >= 0 && sx < g.w && sy >= 0 && sy < g.h {
				out.pix[y*side+x] = g.pix[sy*g.w+sx]
			}
		}
	}
	return out
}

// noisy is a photo's noise over g, with less contrast and light from one side.
func (g *grey) noisy(much int) *grey {
	r := rand.New(rand.NewPCG(5, 9))
	out := newGrey(g.w, g.h)
	for i, p := range g.pix {
		v := 60 + int(p)*130/255 + r.IntN(2*much+1) - much + (i%g.w)*40/g.w
		out.pix[i] = byte(max(0, min(255, v)))
	}
	return out
}

func pngOf(t testing.TB, g *grey) []byte {
	var b bytes.Buffer
	must(t, png.Encode(&b, g.picture()))
	return b.Bytes()
}

const posterLink = "https://acme.zoom.us/j/98123456210?pwd=Qx7abcDEFgh"

func TestCodesAreReadHoweverTheyLook(t *testing.T) {
	for what, g := range map[string]*grey{
		"as it is":     codeOf(t, posterLink, 200),
		"tiny":         codeOf(t, posterLink, 45),
		"large":        codeOf(t, posterLink, 3000),
		"no border":    codeOf(t, posterLink, 45).trimmed(),
		"in a corner":  codeOf(t, posterLink, 150).on(newGrey(1500, 1100), 1300, 900),
		"small of big": codeOf(t, posterLink, 160).on(newGrey(4000, 3000), 500, 700),
		"inverted":     codeOf(t, posterLink, 200).inverted(),
		"noise":        codeOf(t, posterLink, 300).framed(200).noisy(40),
		"15 degrees":   codeOf(t, posterLink, 300).turned(15),
		"45 degrees":   codeOf(t, posterLink, 300).turned(45),
		"180 degrees":  codeOf(t, posterLink, 300).turned(180),
		"long text":    codeOf(t, posterLink+strings.Repeat("&x=abcdefghij", 60), 900),
	} {
		codes, err := g.codes(t.Context())
		if err != nil || len(codes) != 1 || !strings.HasPrefix(codes[0], posterLink) {
			t.Errorf("%s: %q %v", what, codes, err)
		}
	}
}

// trimmed cuts the white border off.
func (g *grey) trimmed() *grey {
	border := slices.Index(g.pix, 0) / g.w
	out := newGrey(g.w-2*border, g.h-2*border)
	for y := range out.h {
		copy(out.pix[y*out.w:(y+1)*out.w], g.pix[(y+border)*g.w+border:])
	}
	return out
}

func TestAllCodesOfAPosterAreRead(t *testing.T) {
	paper := newGrey(1200, 1600)
	want := []string{posterLink, "https://meet.google.com/qhw-xzrk-mbd", "WIFI:S:office;T:WPA;P:x;;", "BEGIN:VCARD\nURL:https://zoom.us/j/84930275116\nEND:VCARD"}
	for i, text := range want {
		codeOf(t, text, 250+50*i).on(paper, 60+(i%2)*600, 100+(i/2)*700)
	}
	got, err := paper.codes(t.Context())
	must(t, err)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestPicturesOfAllKindsAreRead(t *testing.T) {
	code := codeOf(t, posterLink, 240)
	var asJPEG, asGIF, seeThrough bytes.Buffer
	must(t, jpeg.Encode(&asJPEG, code.picture(), &jpeg.Options{Quality: 40}))
	must(t, gif.Encode(&asGIF, code.picture(), nil))
	clear := image.NewNRGBA(image.Rect(0, 0, code.w, code.h))
	for i, p := range code.pix {
		clear.Pix[4*i+3] = 255 - p // black on nothing
	}
	must(t, png.Encode(&seeThrough, clear))
	for name, data := range map[string][]byte{"a.png": pngOf(t, code), "a.jpg": asJPEG.Bytes(), "a.gif": asGIF.Bytes(), "clear.png": seeThrough.Bytes()} {
		text, places, skips := withChild(t, bytesSource{name, data, false}, posterLink)
		if len(places) != 1 || places[0].Part != "qr" || len(skips) > 0 {
			t.Errorf("%s: %q %+v %q", name, text, places, skips)
		}
	}
}

func TestFramesOfAnAnimationAreReadToALimit(t *testing.T) {
	anim := &gif.GIF{Config: image.Config{Width: 240, Height: 240}}
	for i := range maxFrames + 2 {
		code := codeOf(t, fmt.Sprintf("https://zoom.us/j/849302751%02d", i+16), 240)
		frame := image.NewPaletted(image.Rect(0, 0, 240, 240), color.Palette{color.White, color.Black})
		for p, v := range code.pix {
			if v == 0 {
				frame.Pix[p] = 1
			}
		}
		anim.Image, anim.Delay = append(anim.Image, frame), append(anim.Delay, 0)
	}
	var b bytes.Buffer
	must(t, gif.EncodeAll(&b, anim))
	text, _, skips := withChild(t, bytesSource{"a.gif", b.Bytes(), false}, "")
	if n := strings.Count(text, "zoom.us"); n != maxFrames {
		t.Errorf("%d codes in %q", n, text)
	}
	if len(skips) != 1 || skips[0] != "a.gif (policy): an animation: only its first 10 frames were read" {
		t.Errorf("%q", skips)
	}
}

// chunk is a part of a PNG.
func chunk(name string, body string) string {
	data := []byte(name + body)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	return string(binary.BigEndian.AppendUint32(append(out, data...), crc32.ChecksumIEEE(data)))
}

func TestTextsInTheFileAreRead(t *testing.T) {
	data := string(pngOf(t, codeOf(t, "no link", 60)))
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, err := w.Write([]byte("packed https://zoom.us/j/84930275116"))
	must(t, err)
	must(t, w.Close())
	end := len(data) - 12
	data = data[:end] + chunk("tEXt", "Comment\x00plain https://meet.google.com/qhw-xzrk-mbd") + chunk("zTXt", "Comment\x00\x00"+z.String()) + data[end:] +
		"behind the end https://acme.zoom.us/j/98123456210"
	text, places, skips := withChild(t, bytesSource{"a.png", []byte(data), false}, "zoom.us/j/84930275116")
	for _, want := range []string{"plain https://meet.google.com/qhw-xzrk-mbd", "packed https://zoom.us/j/84930275116", "https://acme.zoom.us/j/98123456210"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q has no %q", text, want)
		}
	}
	if len(places) != 1 || places[0].Part != "metadata" || len(skips) > 0 {
		t.Errorf("%+v %q", places, skips)
	}
}

// hugePNG says that it is of that size; it holds nothing.
func hugePNG(w, h uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return []byte("\x89PNG\r\n\x1a\n" + chunk("IHDR", string(size)+"\x08\x06\x00\x00\x00") + chunk("IDAT", "\x78\x9c\x03\x00\x00\x00\x00\x01") + chunk("IEND", ""))
}

func TestHugePicturesCostNothing(t *testing.T) {
	_, _, skips := withChild(t, bytesSource{"a.png", hugePNG(100_000, 100_000), false}, "")
	if len(skips) != 1 || skips[0] != "a.png (failure): 100000 × 100000 pixels: more than 20 million" {
		t.Errorf("%q", skips)
	}
	if n := testing.AllocsPerRun(1, func() { _, _ = decodeImage(hugePNG(100_000, 100_000)) }); n > 1000 {
		t.Errorf("%v allocations", n)
	}
}

func TestBrokenPicturesAreFailures(t *testing.T) {
	data := pngOf(t, codeOf(t, posterLink, 100))
	for _, n := range []int{20, len(data) / 2, len(data) - 20} {
		_, _, skips := withChild(t, bytesSource{"a.png", data[:n], false}, "")
		if len(skips) != 1 || skips[0] != "a.png (failure): broken image: its picture was not read" {
			t.Errorf("%d bytes: %q", n, skips)
		}
	}
}

func TestASearchInNoiseEnds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	g := newGrey(1600, 1200)
	for i := range g.pix {
		g.pix[i] = byte(r.IntN(2) * 255)
	}
	if codes, _ := g.codes(t.Context()); len(codes) > 0 {
		t.Errorf("%q", codes)
	}
}

func FuzzImage(f *testing.F) {
	f.Add(pngOf(f, codeOf(f, posterLink, 45)))
	f.Add([]byte("GIF89a\x20\x00\x20\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	f.Add(hugePNG(5, 5))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		var out bytes.Buffer
		readImage(data, newTeller(t.Context(), &out))
		if out.Len() > 8*len(data)+1<<16 {
			t.Errorf("%d bytes from %d", out.Len(), len(data))
		}
	})
}

func BenchmarkCodes(b *testing.B) {
	for _, side := range []int{200, 1000, 4000} {
		g := codeOf(b, posterLink, 150).on(newGrey(side, side), side/8, side/8).noisy(10)
		b.Run(fmt.Sprint(side), func(b *testing.B) {
			for b.Loop() {
				if codes, err := g.codes(b.Context()); len(codes) != 1 {
					b.Fatal(codes, err)
				}
			}
		})
	}
	r := rand.New(rand.NewPCG(3, 4))
	g := newGrey(4000, 3000)
	for i := range g.pix {
		g.pix[i] = byte(r.IntN(256))
	}
	b.Run("noise", func(b *testing.B) {
		for b.Loop() {
			_, _ = g.codes(b.Context())
		}
	})
}
