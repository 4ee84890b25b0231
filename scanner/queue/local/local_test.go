package local_test

import (
	"testing"

	"meetleaks/scanner"
	"meetleaks/scanner/queue/local"
	"meetleaks/scanner/queue/queuetest"
)

func TestQueue(t *testing.T) {
	queuetest.Run(t, func(*testing.T) queuetest.Harness {
		return queuetest.Harness{
			Open: func(*testing.T) scanner.Queue { return local.New(nil) },
			Most: local.Most,
		}
	})
}
