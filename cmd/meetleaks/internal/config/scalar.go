package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time, written as Go does ("90s", "1h30m") with days added ("7d", "1d12h").
type Duration time.Duration

var errDuration = errors.New(`want a length of time such as "90s", "2h" or "7d"`)

// ParseDuration reads a length of time. Negative ones, and those of over 100 years, are errors.
func ParseDuration(text string) (Duration, error) {
	var total time.Duration
	if days, rest, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 32)
		if err != nil || n > 36500 {
			return 0, errDuration
		}
		total, text = time.Duration(n)*24*time.Hour, rest
		if text == "" {
			return Duration(total), nil
		}
	}
	rest, err := time.ParseDuration(text)
	if err != nil || rest < 0 || rest > 36500*24*time.Hour {
		return 0, errDuration
	}
	return Duration(total + rest), nil
}

// String writes whole days as "7d", everything else as Go does.
func (d Duration) String() string {
	const day = 24 * time.Hour
	if length := time.Duration(d); length >= day && length%day == 0 {
		return strconv.FormatInt(int64(length/day), 10) + "d"
	}
	return time.Duration(d).String()
}

// Size is a number of bytes, written with a unit: "64KiB", "10MiB", "2GiB", also "10MB" (powers of 1,000) and "512".
type Size int64

var errSize = errors.New(`want a size such as "64KiB", "10MiB" or "2GiB"`)

type unit struct {
	name  string
	bytes int64
}

// units, longest suffix first within a letter, so that "KiB" is not read as "B".
func units() []unit {
	return []unit{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
		{"KB", 1e3}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
	}
}

// ParseSize reads a size. Negative and fractional numbers are errors.
func ParseSize(text string) (Size, error) {
	for _, u := range units() {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/u.bytes {
			return 0, errSize
		}
		return Size(n * u.bytes), nil
	}
	return 0, errSize
}

// String writes the size with the largest power of 1,024 that divides it.
func (s Size) String() string {
	for _, u := range []unit{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + "B"
}

// Path is a file's name. In the file it is relative to the configuration's folder, in the environment to the working folder.
type Path string

// setScalar parses text into v, a field of one of the schema's scalar types other than Secret. No error repeats the text.
func setScalar(v reflect.Value, text string) error {
	switch p := v.Addr().Interface().(type) {
	case *string:
		*p = text
	case *Path:
		*p = Path(text)
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("want a whole number")
		}
		*p = n
	case *bool:
		switch text {
		case "true":
			*p = true
		case "false":
			*p = false
		default:
			return errors.New("want true or false")
		}
	case *float64:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return errors.New("want a number")
		}
		*p = n
	case *Duration:
		d, err := ParseDuration(text)
		if err != nil {
			return err
		}
		*p = d
	case *Size:
		s, err := ParseSize(text)
		if err != nil {
			return err
		}
		*p = s
	case *ClearID:
		c, err := ParseClearID(text)
		if err != nil {
			return err
		}
		*p = c
	default:
		return fmt.Errorf("the schema has a field of type %s, which nothing reads", v.Type())
	}
	return nil
}
