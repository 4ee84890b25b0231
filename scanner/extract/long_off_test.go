//go:build !long

package extract

const long = false
