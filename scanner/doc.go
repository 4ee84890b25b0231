// Package scanner is the domain: documents that were read, findings and leaks, how bad they are.
//
// It imports matchers and nothing else of ours. Everything that touches the outside (files, the web, stores, vendors)
// lives in packages below it, which import it.
package scanner
