// Package sqlitestore keeps everything in one SQLite file: the store of a service that runs on one machine, with nothing to
// install. It implements [scanner.Store] and passes package storetest.
//
// It promises that what was acknowledged outlives the process, however it ends: kill -9 loses nothing. When the machine itself
// loses power, the last moments before may be missing, but never half of a change: the file is written ahead
// (WAL) and synced at checkpoints (synchronous NORMAL). A service then reads an overlap and alerts again what it does not know.
//
// The file is readable by its owner alone, and so is the folder if it was made here. What is deleted is overwritten
// (secure_delete). It never keeps a secret or a clear id, as callers give none. Several processes of one machine may open
// the same file (the service and a command); it must not lie on a network file system.
//
// # Cost
//
// A remembered item takes about 18 bytes, a leak with ten sightings and an alert about 6.5 KB (see the benchmarks). Leases are ruled by the
// clock of the process, which is that of the machine.
//
// # Which file is which
//
//	sqlitestore.go migrate.go schema/   opening, closing, health; the numbered steps of the schema
//	tx.go                               transactions, and what errors mean
//	commit.go commit_*.go               the one step that changes leaks
//	leaks.go outbox.go counts.go leases.go items.go visits.go orgs.go claims.go audit.go   the rest of the interfaces, one each
//	expire.go erase.go backup.go dump*.go   retention, erasure, copies of the file, records of backups
package sqlitestore
