//go:build !long

package matchers

const long = false
