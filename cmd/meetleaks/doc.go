// Command meetleaks finds the meeting links that an organisation has left in public. See README.md.
//
// It is the only code that knows every part. [run] makes an app, root.go lists the commands, and each command is a file; exit.go says
// what the exit codes mean, text.go and logging.go make what is printed and logged fit to be shown.
//
// # Which file is which
//
//	scan.go crawl.go proof.go fetching.go    `scan`; of sites: whose meetings may be listed, and the way out to the web
//	sink.go judge.go ignore.go hide.go       what becomes of its findings
//	closing.go output.go progress.go         its end, its files, its progress
//	child.go coredump_*.go                   the process in which PDFs and images are read
//	explain.go platforms.go version.go configcmd.go   commands that touch nothing
//	main.go root.go signal.go exit.go text.go logging.go   what all commands share
//
//	serve.go service.go roles.go plan.go     `serve`: what keeps it from starting, its parts joined, its loops
//	wire.go watching*.go channels*.go        the explicit lists: stores and queues; sources; channels
//	kinds.go terms.go                        what people are told of each kind of source; what may stand in queries
//	canaries.go coverage.go                  what sources do not see; what was looked at for whom
//	alert.go routes.go telling.go faults.go  a leak becomes an alert; which rooms are told; alerts go out; who cannot be told
//	notices.go                               what each person is told once: why they are told
//	answers.go hearing.go mailconfirm.go     an answer becomes a transition; where answers are heard; those by mail
//	transparency.go                          the page for everybody: what is kept, and why
//	meetings.go zoomhook.go inventory.go     what meeting services and lists of hosts say
//	calendars.go                             how far calendars are believed
//	registered.go relay.go                   domains that others register; another service takes over when they change
//	keeper.go history.go                     keys and retention; what may be lost after a failover
//	front.go                                 what it serves over HTTP
//	demo*.go                                 `demo`: the service against stand-ins
//
//	leakcmd*.go desk.go                      `leak`: on a store, or on a running service
//	domaincmd*.go organisationcmd.go         who registered, and what is theirs
//	doctor*.go egress.go sourcescmd.go       what works, who is contacted, what is watched
//	slackcmd.go notifycmd.go                 setting Slack up, trying it out
//	backup.go restore.go masterkey.go        copies, and the keys that they do not hold
//
// Three places change leaks by a person's word: answers.go for what hosts press in Slack, the console for its forms and the API, and
// desk.go for `leak` on a store, which does what the API would do. All end in [scanner.Pipeline.Do].
package main
