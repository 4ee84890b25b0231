//go:build !long

package scanner

const long = false
