package pdf

// Picture is an image on a page, for those who look for codes on it. Exactly one of JPEG and Grey is set.
type Picture struct {
	Page          int
	Width, Height int
	JPEG          []byte // the file
	Grey          []byte // a byte for each pixel, 0 is black
}

// The limits of pictures.
const (
	maxPictures  = 200 // of a file
	minSide      = 21  // pixels: a code has no fewer
	maxArea      = 20_000_000
	maxComponent = 4
)

// pictures hands the images that p has drawn to show. What is packed in other ways than is usual for codes is not shown.
func (r *reader) pictures(page int, p *painter, show func(Picture)) {
	for _, s := range p.images {
		if r.drawn[s.own.number] {
			continue
		}
		r.drawn[s.own.number] = true
		if r.shown++; r.shown > maxPictures {
			r.problem(choice("more than 200 pictures: the rest were not looked at for codes"))
			return
		}
		if picture, ok := r.picture(s); ok {
			picture.Page = page
			show(picture)
		}
	}
}

func (r *reader) picture(s *stream) (Picture, bool) {
	w, h := r.number(s.dict["Width"]), r.number(s.dict["Height"])
	if w < minSide || h < minSide || w*h > maxArea {
		return Picture{}, false
	}
	p := Picture{Width: int(w), Height: int(h)}
	if filters, _ := r.filters(s); len(filters) == 1 {
		switch r.name(filters[0]) {
		case "DCTDecode", "DCT":
			p.JPEG = r.crypt.stream(s)
			return p, true
		}
	}
	data, err := r.decode(s)
	if err != nil || len(data) == 0 {
		return Picture{}, false
	}
	p.Grey = r.grey(s.dict, data, p.Width, p.Height)
	return p, p.Grey != nil
}

// grey makes one byte a pixel of samples of 1 or 8 bits.
func (r *reader) grey(d dict, data []byte, w, h int) []byte {
	bits := int(r.number(d["BitsPerComponent"]))
	mask, _ := r.get(d["ImageMask"]).(bool)
	flipped := false
	if decode := r.array(d["Decode"]); len(decode) >= 2 {
		flipped = r.number(decode[0]) > r.number(decode[1])
	}
	if mask || bits == 1 && len(data) >= (w+7)/8*h {
		return spread(data, w, h, flipped)
	}
	components := len(data) / (w * h)
	if bits != 8 || components < 1 || components > maxComponent {
		return nil
	}
	return r.shades(d, data, w*h, components, flipped)
}

// spread makes bytes of bits, 0 is black.
func spread(data []byte, w, h int, flipped bool) []byte {
	row := (w + 7) / 8
	if len(data) < row*h {
		return nil
	}
	out := make([]byte, w*h)
	for y := range h {
		for x := range w {
			if (data[y*row+x/8]>>(7-x%8)&1 == 1) != flipped {
				out[y*w+x] = 255
			}
		}
	}
	return out
}

// shades makes shades of bytes: the mean of the colours, that of the palette, or what ink leaves.
func (r *reader) shades(d dict, data []byte, pixels, components int, flipped bool) []byte {
	var palette []byte
	if space := r.array(d["ColorSpace"]); len(space) >= 4 && r.name(space[0]) == "Indexed" && components == 1 {
		palette = r.palette(space[3])
	}
	out := make([]byte, pixels)
	for i := range out {
		sum := 0
		for _, c := range data[i*components : (i+1)*components] {
			sum += int(c)
		}
		shade := byte(sum / components)
		if at := 3 * int(data[i*components]); palette != nil && at+2 < len(palette) {
			shade = byte((int(palette[at]) + int(palette[at+1]) + int(palette[at+2])) / 3)
		}
		if flipped != (components == 4) {
			shade = 255 - shade
		}
		out[i] = shade
	}
	return out
}

// palette is the table of an indexed space, of which those of red, green and blue are read.
func (r *reader) palette(o any) []byte {
	if s := r.stream(o); s != nil {
		data, _ := r.decode(s)
		return data
	}
	return r.bytes(o)
}
