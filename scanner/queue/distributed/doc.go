// Package distributed hands hints to the workers of all processes on one Redis, with asynq (v0.26.0).
//
// It promises what [scanner.Queue] says and nothing more: a hint may be lost or come twice. So it never decides anything: what
// is due stands in the store, a pass runs under a lease of the store, and who schedules offers a hint again as long as the
// source is due. It keeps nothing but names of sources, and times.
//
// What asynq does by itself, and what is done about it here:
//
//   - A task whose worker was killed runs again only after a minute or more. Until then another hint of the source, with
//     another slot, goes through as soon as Hold has passed.
//   - A task whose lease entry is lost (a deleted key, a failover) stays "active" for ever, as asynq looks only at leases. A
//     sweep gives such tasks a new lease of 30 s: workers that live prolong it, those of the dead are then recovered.
//   - Finishing such a task removes half of it and keeps the rest for ever. Therefore the sweep also runs before each finish.
//   - Failed tasks are kept for 90 days with the text of the error. Here no error is handed to asynq; what it archives itself
//     (leases that expired twice) the sweep deletes.
//   - When Redis refuses, asynq asks again at once and burns a core. A hook on the client lets it wait for a quarter of a second.
//   - A task ends for asynq when its lease is lost, but its handler runs on. The number of handlers is therefore counted here too.
//
// Keys are asynq's own, "asynq:{queue}:…" and "asynq:servers:…". Tasks end when they are handled; they are as many as hints
// wait, at most Options.Most. asynq's counters of processed and failed tasks are one number each, and one a day that expires
// after 90 days.
//
// Redis must not evict (maxmemory-policy noeviction). Single servers and Sentinel are supported; asynq's authors warn of
// Cluster, and so do we: all of a queue lies in one slot, the suite is not run against it.
package distributed
