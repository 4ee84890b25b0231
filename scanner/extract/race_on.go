//go:build race

package extract

// underRace says that the race detector is in the program: it sets aside more memory than a child may have.
const underRace = true
