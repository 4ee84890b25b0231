//go:build long

package matchers

// long says that tests take their full size: `make test-long`.
const long = true
