// Package metrics is what a running service tells Prometheus.
//
// It promises: no figure names an organisation, a person or a host, and none is made per person; the names of sources and channels
// are those of the operator's file. What cannot be asked is left out: a store that does not answer gives meetleaks_store_up 0 and
// no figures of its own, never zeros. Counters count since the process began.
package metrics
