// Package fakejetstream plays a Jetstream of version 1: /subscribe over a websocket, plain or packed with zstd, with wanted collections,
// replay from a cursor, and the window behind which a cursor is moved without a word. Accounts post, change, delete and go away as
// people would, and faults can be ordered. What is sent has the shape that testdata/event.schema.json describes. It is for tests and for
// the demo, listens to nobody but who is given its handler, and holds what tests make up.
package fakejetstream
