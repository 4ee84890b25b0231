//go:build long

package scanner

// long says that tests take their full size: `make test-long`.
const long = true
