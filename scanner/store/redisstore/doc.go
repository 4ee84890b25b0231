// Package redisstore keeps everything that must outlive a process in Redis 7.0 or newer: one server, a master that Sentinel
// watches, or a Cluster. Any number of processes on any number of machines share it. It passes package storetest.
//
// It never reads silence as "not there": a server that does not answer, cannot write (out of memory, a replica, no quorum) or
// refuses the login is scanner.ErrUnavailable. It never keeps a secret: what it is given is what it keeps. It prints no password.
//
// # Steps
//
// Each method that writes is one Lua script (lua/), which Redis runs alone: it checks everything first, then writes everything. A
// script that finds no memory left is refused before it begins. Scripts may be sent twice, when an answer was lost: those to
// whom that matters carry the name of the call. Claims go over all partitions, each in its own step: what was claimed when
// another failed is returned, or comes again when the claim ends. SeenItems and RememberItems, too, are a step for each partition.
// Time is Redis's own, so that all processes agree.
//
// # Keys
//
// All keys begin with "meetleaks:{P}:". P is one of 16 hash tags; everything of one organisation lies under one of them, so that a
// change is one script in a Cluster, too. Organisations share tags, so that what is due is found in 16 places however many
// there are. T is 96 bits of a hash of the name of an organisation, lease or source: names are not in keys.
//
//	key            type    holds                                         end
//	epoch          string  name and beginning of the partition's history none: it is gone when the history is
//	orgs           hash    T: name of the organisation                   none: until it is erased
//	wake           zset    T and leak, by its next look                  none: leaves with its leaks
//	ready          zset    T, by what is due first                       none: leaves with its deliveries
//	served         zset    T, by when it was served                      none: until it is erased
//	turn           string  a count for served                            none: one number
//	n:NONCE        string  a call that was carried out                   30 s
//	o:T:key        string  the wrapped key                               none: until it is erased
//	o:T:l:ID       string  a leak                                        none: Expire counts what it takes
//	o:T:k:KEY      hash    episode: leak                                 none: leaves with its leaks
//	o:T:first      zset    leaks by first seen                           none: leaves with its leaks
//	o:T:s:STATE    zset    those in a state                              none: leaves with its leaks
//	o:T:ended      zset    leaks by the end of their story               none: leaves with its leaks
//	o:T:pending    set     leaks whose account is pending                none: leaves with its leaks
//	o:T:x:LEAK     hash    place: sighting                               none: Expire counts what it takes
//	o:T:p:PLACE    zset    leaks there                                   none: leaves with its sightings
//	o:T:gone       zset    sightings that are gone                       none: leaves with its sightings
//	o:T:d:ID       string  a delivery                                    none: Expire counts what it takes
//	o:T:dl:LEAK    zset    deliveries of a leak                          none: leaves with its deliveries
//	o:T:due        zset    those that are pending, by when they are due  none: leaves with its deliveries
//	o:T:done       zset    those that are final                          none: leaves with its deliveries
//	o:T:ledger     hash    the ledger                                    none: the sum must always hold
//	o:T:audit      zset    audit entries                                 none: Expire counts what it takes
//	o:T:audit:at   zset    entries by time                               none: leaves with its entries
//	o:T:al:LEAK    zset    entries of a leak                             none: leaves with its entries
//	o:T:seq        string  number of the last entry                      none: it must only rise
//	o:T:c:WHO      zset    alerts to a recipient                         25 hours after the last
//	o:T:counted    zset    recipients                                    25 hours after the last
//	claims         hash    claims of domains                             none: until they are forgotten
//	claims:by      zset    claims by organisation and domain             none: leaves with its claims
//	claims:held    hash    domain: the claim that holds it               none: leaves with its claims
//	e:T            string  a lease and its fence                         a day after the lease
//	u:T            string  a cursor                                      none: one for each configured place
//	i              hash    sizes of the buckets of items                 45 days after the last item at most
//	i:W.L.N        set     fingerprints                                  30 days after its window
//	iend           hash    how far Expire has come with old buckets      a day
//	sources        hash    T: name of the source                         none: leaves with its visits
//	v:T:data       hash    page: visit                                   none: Expire counts what it takes
//	v:T:due        zset    pages by their next look                      none: leaves with its visits
//
//	ph:T           hash    pace of a host                                49 hours after it was asked last
//	pd:T           hash    pace of a registrable domain                  49 hours after it was asked last
//	pa             hash    requests to all hosts                         49 hours after the last
//	phosts         zset    T: when a host was asked last                 49 hours after the last
//	pw:T           zset    who waits for a host's turn                   a minute
//	pl:T           zset    until when these are taken to live            a minute
//
// Redis must not take keys away by itself: maxmemory-policy noeviction.
//
// A fingerprint takes 9 to 12 bytes, keys and all (BenchmarkItemMemory measures it), as sets of at most 512 integers are
// packed: set-max-intset-entries must not be below its default.
//
// # What can be lost
//
// What Redis acknowledged it may still lose: with appendfsync everysec the last second when the machine dies; without any
// persistence everything at a restart; at a failover what the replica had not received yet, usually some milliseconds, up to
// min-replicas-max-lag seconds when min-replicas-to-write is 1 (without it, as long as the old master is cut off). A script
// reaches the replica whole or not at all, so that ledger and leaks agree whatever was lost. WAIT is not used: it cannot take back what a
// replica did not get.
//
// So whoever reads sources must, when [Store.Incarnation] is another one than before, or after any ErrUnavailable, take up its cursors
// anew and read again an overlap at least as long as that. What is then found again is alerted again or known already; nothing is
// missed. Fences of leases are at least the time in milliseconds and so rise even over a lost history.
//
// When everything is gone (a flush) Health says Lost to handles that were open, and how far back the history goes to all. When only
// one master of a Cluster lost its part, the history begins then, too.
//
// # Pace
//
// [Store.Pacer] lets all processes ask a host no faster than one of them would: see [Pacer].
//
// Slots of a Cluster must not be moved to other nodes while processes run: a script that meets half a slot ends in an error.
package redisstore
