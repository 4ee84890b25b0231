package pdf

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/ascii85"
	"errors"
	"io"

	"golang.org/x/image/tiff/lzw"
)

// The reasons why a stream is not read to its end.
var (
	errTooLarge = errors.New("a part unpacks to more than 32 MiB: the rest of it was not read")
	errAllUsed  = errors.New("unpacks to more than 256 MiB: the rest was not read")
	errDamaged  = errors.New("a packed part is damaged: the rest of it was not read")
	errForeign  = errors.New("a part is packed as pictures are, or in no way that is known (damaged?): it was not read")
)

// maxFilters bounds the filters of one stream.
const maxFilters = 8

// decode takes the filters of s off. What could be read is returned with the error.
func (f *file) decode(s *stream) ([]byte, error) {
	data := f.crypt.stream(s)
	filters, params := f.filters(s)
	var failed error
	for i, filter := range filters {
		if i >= maxFilters {
			return nil, errDamaged
		}
		var param dict
		if i < len(params) {
			param = f.dict(params[i])
		}
		out, err := f.unfilter(f.name(filter), data, param)
		if errors.Is(err, errForeign) {
			return nil, err
		}
		if err != nil && failed == nil {
			failed = err
		}
		data = out
	}
	return data, failed
}

// filters are the filters and their parameters, by the long or the short names.
func (f *file) filters(s *stream) (filters, params array) {
	filter, param := s.dict["Filter"], s.dict["DecodeParms"]
	if filter == nil {
		filter = s.dict["F"]
	}
	if param == nil {
		param = s.dict["DP"]
	}
	switch v := f.get(filter).(type) {
	case name:
		filters = array{v}
	case array:
		filters = v
	}
	switch v := f.get(param).(type) {
	case dict:
		params = array{v}
	case array:
		params = v
	}
	return filters, params
}

func (f *file) unfilter(filter name, data []byte, param dict) ([]byte, error) {
	switch filter {
	case "FlateDecode", "Fl":
		out, err := f.flate(data)
		return f.unpredict(out, param), err
	case "LZWDecode", "LZW":
		out, err := f.read(lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8))
		return f.unpredict(out, param), err
	case "ASCIIHexDecode", "AHx":
		end := bytes.IndexByte(data, '>')
		if end < 0 {
			end = len(data)
		}
		return unhexed(data[:end]), nil
	case "ASCII85Decode", "A85":
		data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
		if end := bytes.IndexByte(data, '~'); end >= 0 {
			data = data[:end]
		}
		return f.read(ascii85.NewDecoder(bytes.NewReader(data)))
	case "RunLengthDecode", "RL":
		return f.read(&runs{data: data})
	case "Crypt":
		return data, nil
	}
	return nil, errForeign
}

// flate unpacks data; a broken heading does not keep it from trying.
func (f *file) flate(data []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err == nil {
		out, err := f.read(z)
		if errors.Is(err, errDamaged) && len(out) == 0 && len(data) > 2 {
			return f.read(flate.NewReader(bytes.NewReader(data[2:])))
		}
		return out, err
	}
	data = bytes.TrimLeft(data, "\r\n")
	if len(data) < 2 {
		return nil, nil // empty streams are written so
	}
	out, err := f.read(flate.NewReader(bytes.NewReader(data[2:])))
	if len(out) == 0 {
		out, err = f.read(flate.NewReader(bytes.NewReader(data)))
	}
	return out, err
}

// read reads r as far as the limits go.
func (f *file) read(r io.Reader) ([]byte, error) {
	most := min(maxDecoded, f.left)
	var b bytes.Buffer
	_, err := io.Copy(&b, io.LimitReader(r, int64(most)+1))
	out := b.Bytes()
	f.left -= len(out)
	switch {
	case len(out) > most && most < maxDecoded:
		f.left = 0
		return out[:most], errAllUsed
	case len(out) > most:
		return out[:most], errTooLarge
	case err != nil:
		return out, errDamaged
	}
	return out, nil
}

// runs unpacks run lengths.
type runs struct {
	data []byte
	left []byte
}

func (r *runs) Read(p []byte) (int, error) {
	for len(r.left) == 0 {
		if len(r.data) < 2 || r.data[0] == 128 {
			return 0, io.EOF
		}
		n := int(r.data[0])
		if n < 128 {
			end := min(n+2, len(r.data))
			r.left, r.data = r.data[1:end], r.data[end:]
		} else {
			r.left, r.data = bytes.Repeat(r.data[1:2], 257-n), r.data[2:]
		}
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// unpredict undoes the predictors of PNG and of TIFF with bytes.
func (f *file) unpredict(data []byte, param dict) []byte {
	predictor := f.number(param["Predictor"])
	if predictor < 2 {
		return data
	}
	or := func(key name, otherwise, most float64) int {
		if n := f.number(param[key]); n >= 1 && n <= most {
			return int(n)
		}
		return int(otherwise)
	}
	bits := or("Colors", 1, 32) * or("BitsPerComponent", 8, 32)
	pixel, row := (bits+7)/8, (bits*or("Columns", 1, 1<<20)+7)/8
	if predictor == 2 {
		return untiff(data, pixel, row)
	}
	return unpng(data, pixel, row)
}

func untiff(data []byte, pixel, row int) []byte {
	for from := 0; from < len(data); from += row {
		for i := from + pixel; i < min(from+row, len(data)); i++ {
			data[i] += data[i-pixel]
		}
	}
	return data
}

func unpng(data []byte, pixel, row int) []byte {
	out := make([]byte, 0, len(data))
	above := make([]byte, row)
	for len(data) > 1 {
		kind, line := data[0], data[1:min(row+1, len(data))]
		for i := range line {
			var left, corner byte
			if i >= pixel {
				left, corner = line[i-pixel], above[i-pixel]
			}
			switch kind {
			case 1:
				line[i] += left
			case 2:
				line[i] += above[i]
			case 3:
				line[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				line[i] += paeth(left, above[i], corner)
			}
		}
		out = append(out, line...)
		data = data[1+len(line):]
		above = append(above[:0], line...)[:len(line)]
		if len(line) < row {
			break
		}
	}
	return out
}

// paeth is the one of left, above and corner that is nearest to left + above - corner.
func paeth(left, above, corner byte) byte {
	p := int(left) + int(above) - int(corner)
	a, b, c := distance(p, left), distance(p, above), distance(p, corner)
	switch {
	case a <= b && a <= c:
		return left
	case b <= c:
		return above
	}
	return corner
}

func distance(p int, x byte) int {
	if p > int(x) {
		return p - int(x)
	}
	return int(x) - p
}
