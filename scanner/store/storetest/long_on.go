//go:build long

package storetest

// long says that tests take their full size: `make test-long`.
const long = true
