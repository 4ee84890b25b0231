package fetch_test

import (
	"testing"

	"meetleaks/scanner/fetch"
	"meetleaks/scanner/fetch/pacetest"
)

func TestThePacerOfOneProcessKeepsAllPromises(t *testing.T) {
	pacetest.Run(t, func(_ *testing.T, o pacetest.Options) fetch.Pacer {
		return fetch.NewLocalPacer(o.HostBudget, o.DomainBudget, o.TotalBudget, o.Clock.Now, o.Clock.Sleep)
	})
}
