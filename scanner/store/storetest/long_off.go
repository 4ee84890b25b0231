//go:build !long

package storetest

const long = false
