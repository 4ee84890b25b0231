// Package redistest starts real Redis servers for tests: one alone, a Cluster of three masters, a master with a replica and
// three sentinels. It never stands in for Redis: redis-server 7.0 or newer must be on the PATH, or the test fails and says so.
//
// Each server listens on a free port of 127.0.0.1 only, works in a folder of its own (the test's temporary one), writes no
// dumps, and refuses writes when its memory is full (noeviction), as in production. It is killed by its process id when the
// test ends; on Linux also when the test's process dies, however it dies. Nothing here touches a server that it did not start.
//
// The faults that tests ask for: [Server.Pause] and [Server.Resume] (the server hangs, connections stay), [Server.Kill] and
// [Server.Restart] (all is lost: there is no dump), [Server.Flush], [Server.LimitMemory], and [Sentinel.FailOver]. Methods
// fail the test when the server does not do what was asked. They may be called from any goroutine of the test, but not two at
// a time for one server.
package redistest
