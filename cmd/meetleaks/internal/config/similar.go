package config

import (
	"slices"
	"strings"
)

// maxSlips is how many letters may be wrong, missing, too many or exchanged in a name that is still recognised.
const maxSlips = 2

// NearestEnv gives at most three of the names that are read (see [EnvNames]), those that a misspelt name is closest to first.
func NearestEnv(name string) []string {
	names := EnvNames()
	apart := make(map[string]int, len(names))
	for _, known := range names {
		apart[known] = distance(strings.TrimPrefix(name, Prefix), strings.TrimPrefix(known, Prefix))
	}
	slices.SortStableFunc(names, func(a, b string) int { return apart[a] - apart[b] })
	return names[:min(len(names), 3)]
}

// maxCompared bounds the bytes of names that are compared; longer ones are cut.
const maxCompared = 80

// distance is how many letters must be changed, put in, taken out or exchanged with their neighbour to make b of a.
func distance(a, b string) int {
	a, b = a[:min(len(a), maxCompared)], b[:min(len(b), maxCompared)]
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
