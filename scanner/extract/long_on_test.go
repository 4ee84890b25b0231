//go:build long

package extract

// long says that tests take their full size: `make test-long`.
const long = true
