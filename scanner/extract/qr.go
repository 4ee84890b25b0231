package extract

import (
	"context"
	"errors"
	"image"
	"math"
	"sort"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	qrdecoder "github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// QR codes are found by their three corner marks. The library finds the marks, straightens a code and decodes it; which
// marks belong together is decided here: on a poster there are several codes, and a photo has many things that look like
// marks, of which the library would try every three.

// The limits of the search for codes.
const (
	codeTime    = 8 * time.Second // on one picture
	maxMarks    = 600             // at which the search of a picture for marks ends
	maxBest     = 40              // marks that are tried with each other, the clearest ones
	maxTries    = 400             // of three marks
	maxCodes    = 50              // of one picture
	smallest    = 21              // pixels: a code has no fewer
	longestSide = 2400            // pixels: larger pictures are made smaller
)

var errCodesLate = errors.New("the search for QR codes took too long: there may be more")

// grey is a picture in shades from 0, black, to 255.
type grey struct {
	w, h int
	pix  []byte
}

func newGrey(w, h int) *grey {
	g := &grey{w, h, make([]byte, w*h)}
	for i := range g.pix {
		g.pix[i] = 255
	}
	return g
}

// greyOf makes a picture grey, on white paper.
func greyOf(picture image.Image) *grey {
	b := picture.Bounds()
	g := &grey{b.Dx(), b.Dy(), make([]byte, b.Dx()*b.Dy())}
	switch p := picture.(type) {
	case *image.Gray:
		for y := range g.h {
			copy(g.pix[y*g.w:(y+1)*g.w], p.Pix[y*p.Stride:])
		}
	case *image.YCbCr:
		for y := range g.h {
			copy(g.pix[y*g.w:(y+1)*g.w], p.Y[y*p.YStride:])
		}
	case *image.Paletted:
		for i := range g.pix {
			g.pix[i] = 255
		}
		shifted := *p
		shifted.Rect = image.Rect(0, 0, g.w, g.h)
		g.paint(&shifted)
	case *image.NRGBA:
		for y := range g.h {
			row := p.Pix[y*p.Stride:]
			for x := range g.w {
				r, gr, bl, a := int(row[4*x]), int(row[4*x+1]), int(row[4*x+2]), int(row[4*x+3])
				g.pix[y*g.w+x] = byte(((r+2*gr+bl)/4*a + 255*(255-a)) / 255)
			}
		}
	default:
		for y := range g.h {
			for x := range g.w {
				g.pix[y*g.w+x] = shadeOf(picture.At(b.Min.X+x, b.Min.Y+y))
			}
		}
	}
	return g
}

// scaled makes the picture smaller, each pixel the mean of those it stands for.
func (g *grey) scaled(w, h int) *grey {
	small := &grey{w, h, make([]byte, w*h)}
	for y := range h {
		top, bottom := y*g.h/h, max((y+1)*g.h/h, y*g.h/h+1)
		for x := range w {
			left, right := x*g.w/w, max((x+1)*g.w/w, x*g.w/w+1)
			sum := 0
			for j := top; j < bottom; j++ {
				for _, p := range g.pix[j*g.w+left : j*g.w+right] {
					sum += int(p)
				}
			}
			small.pix[y*w+x] = byte(sum / ((bottom - top) * (right - left)))
		}
	}
	return small
}

// framed puts white paper around a picture: codes need it, and pictures are often cut without it.
func (g *grey) framed(border int) *grey {
	f := newGrey(g.w+2*border, g.h+2*border)
	for y := range g.h {
		copy(f.pix[(y+border)*f.w+border:], g.pix[y*g.w:(y+1)*g.w])
	}
	return f
}

func (g *grey) inverted() *grey {
	other := &grey{g.w, g.h, make([]byte, len(g.pix))}
	for i, p := range g.pix {
		other.pix[i] = 255 - p
	}
	return other
}

// codes returns what the QR codes say, each once.
func (g *grey) codes(ctx context.Context) ([]string, error) {
	if g.w < smallest || g.h < smallest {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, codeTime)
	defer cancel()
	s := &search{ctx: ctx, found: map[string]bool{}}
	for _, side := range []int{max(g.w, g.h), 1200, 600, 300} {
		side = min(side, longestSide)
		picture := g
		if long := max(g.w, g.h); side < long {
			picture = g.scaled(max(g.w*side/long, 1), max(g.h*side/long, 1))
		} else if side != long {
			continue // smaller than this size
		}
		if s.picture(picture); s.ctx.Err() != nil || len(s.out) >= maxCodes {
			break
		}
	}
	if ctx.Err() != nil || len(s.out) >= maxCodes {
		return s.out, errCodesLate
	}
	return s.out, nil
}

// search is the search of one picture.
type search struct {
	ctx   context.Context
	found map[string]bool
	out   []string
}

// picture looks at a picture in the ways that may help.
func (s *search) picture(g *grey) {
	before := len(s.out)
	s.marks(g, true)
	if len(s.out) == before {
		s.marks(g, false)
	}
	other := g.inverted()
	s.marks(other, true)
	if len(s.out) == before {
		s.pure(g)
		s.pure(other)
		s.marks(g.framed(16), false)
	}
}

// bitmap makes a picture black and white: by what is around each pixel, or by one threshold.
func (g *grey) bitmap(local bool) (*gozxing.BinaryBitmap, error) {
	source, err := gozxing.NewPlanarYUVLuminanceSource(g.pix, g.w, g.h, 0, 0, g.w, g.h, false)
	if err != nil {
		return nil, err
	}
	if local {
		return gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(source))
	}
	return gozxing.NewBinaryBitmap(gozxing.NewGlobalHistgramBinarizer(source))
}

func hints() map[gozxing.DecodeHintType]any {
	return map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
}

// pure reads a picture that is a code and nothing else.
func (s *search) pure(g *grey) {
	defer s.survive()
	bitmap, err := g.bitmap(false)
	if err != nil {
		return
	}
	h := hints()
	h[gozxing.DecodeHintType_PURE_BARCODE] = true
	if result, err := qrcode.NewQRCodeReader().Decode(bitmap, h); err == nil {
		s.add(result.GetText())
	}
}

// survive ends what the library cannot do: a picture is not worth more.
func (s *search) survive() { _ = recover() }

func (s *search) add(text string) {
	if text != "" && !s.found[text] && len(s.out) < maxCodes {
		s.found[text] = true
		s.out = append(s.out, text)
	}
}

// marks looks for codes by their marks.
func (s *search) marks(g *grey, local bool) {
	defer s.survive()
	bitmap, err := g.bitmap(local)
	if err != nil {
		return
	}
	matrix, err := bitmap.GetBlackMatrix()
	if err != nil {
		return
	}
	straighten, decode := detector.NewDetector(matrix), qrdecoder.NewDecoder()
	used := map[*detector.FinderPattern]bool{}
	for _, three := range triples(s.corners(matrix)) {
		if s.ctx.Err() != nil {
			return
		}
		if used[three[0]] || used[three[1]] || used[three[2]] {
			continue
		}
		if text := s.try(straighten, decode, three); text != "" {
			s.add(text)
			used[three[0]], used[three[1]], used[three[2]] = true, true, true
		}
	}
}

// try reads the code whose marks are given, "" when there is none.
func (s *search) try(straighten *detector.Detector, decode *qrdecoder.Decoder, three [3]*detector.FinderPattern) string {
	defer s.survive()
	bl, tl, tr := gozxing.ResultPoint_OrderBestPatterns(three[0], three[1], three[2])
	info := detector.NewFinderPatternInfo(bl.(*detector.FinderPattern), tl.(*detector.FinderPattern), tr.(*detector.FinderPattern))
	code, err := straighten.ProcessFinderPatternInfo(info)
	if err != nil {
		return ""
	}
	result, err := decode.Decode(code.GetBits(), hints())
	if err != nil {
		return ""
	}
	return result.GetText()
}

// corners returns the clearest marks. A mark is black, white, black, white, black as 1:1:3:1:1.
func (s *search) corners(m *gozxing.BitMatrix) []*detector.FinderPattern {
	finder := detector.NewFinderPatternFinder(m, nil)
	for y := 1; y < m.GetHeight() && len(finder.GetPossibleCenters()) < maxMarks && s.ctx.Err() == nil; y += 2 {
		row(finder, m, y)
	}
	var marks []*detector.FinderPattern
	for _, mark := range finder.GetPossibleCenters() {
		if mark.GetCount() >= 2 {
			marks = append(marks, mark)
		}
	}
	sort.SliceStable(marks, func(i, j int) bool { return marks[i].GetCount() > marks[j].GetCount() })
	return marks[:min(len(marks), maxBest)]
}

// row looks for marks in one row of pixels.
func row(finder *detector.FinderPatternFinder, m *gozxing.BitMatrix, y int) {
	runs := make([]int, 5) // the lengths of the last five runs, the last one black or being counted
	at := 0
	for x := range m.GetWidth() {
		black := m.Get(x, y)
		switch {
		case black == (at%2 == 0):
			runs[at]++
		case at < 4:
			if black || runs[0] > 0 {
				at++
				runs[at]++
			}
		default: // white behind the fifth run
			if detector.FinderPatternFinder_foundPatternCross(runs) && finder.HandlePossibleCenter(runs, y, x) {
				clear(runs)
				at = 0
				continue
			}
			copy(runs, runs[2:])
			runs[3], runs[4] = 1, 0
			at = 3
		}
	}
	if at == 4 && detector.FinderPatternFinder_foundPatternCross(runs) {
		finder.HandlePossibleCenter(runs, y, m.GetWidth())
	}
}

// triples returns the threes of marks that may be the corners of a code, the likeliest first: of one size, and at a right
// angle with legs of one length.
func triples(marks []*detector.FinderPattern) [][3]*detector.FinderPattern {
	type scored struct {
		three [3]*detector.FinderPattern
		off   float64
	}
	var all []scored
	for i := range marks {
		for j := i + 1; j < len(marks); j++ {
			for k := j + 1; k < len(marks); k++ {
				three := [3]*detector.FinderPattern{marks[i], marks[j], marks[k]}
				if off := unlike(three); off < 1 {
					all = append(all, scored{three, off})
				}
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].off < all[j].off })
	out := make([][3]*detector.FinderPattern, 0, min(len(all), maxTries))
	for _, s := range all[:min(len(all), maxTries)] {
		out = append(out, s.three)
	}
	return out
}

// unlike says how far three marks are from being the corners of a code: 0 not at all, 1 or more too far.
func unlike(three [3]*detector.FinderPattern) float64 {
	var sizes, sides [3]float64
	for i, mark := range three {
		next := three[(i+1)%3]
		sizes[i] = mark.GetEstimatedModuleSize()
		sides[i] = math.Hypot(mark.GetX()-next.GetX(), mark.GetY()-next.GetY())
	}
	sort.Float64s(sizes[:])
	sort.Float64s(sides[:])
	modules := (sides[0] + sides[1]) / 2 / ((sizes[0] + sizes[1] + sizes[2]) / 3)
	if modules < 10 || modules > 200 || sizes[2] > 1.6*sizes[0] {
		return 1
	}
	legs := (sides[1] - sides[0]) / sides[1]
	corner := math.Abs(sides[2]-math.Hypot(sides[0], sides[1])) / sides[2]
	return legs/0.4 + corner/0.3 + (sizes[2]/sizes[0]-1)/2
}
