// Runs a real server of the AT Protocol, with a directory of names of its own, and tells what its stream says as a Jetstream of version 1
// would: node driver.mjs FOLDER, where npm installed package.json into FOLDER.
//
// Each line of standard input is a call, {"method", "auth", "type", "body"}: a method of XRPC that is called by POST, the value of the
// header Authorization, and what is sent: JSON when type is application/json, else bytes in base64. Lines of standard output are one of
//
//   {"answer": {"status", "body"}}   to the calls, in their order; the first is to none, and holds the credentials of the operator
//   {"event": {…}}                   a frame of Jetstream; signatures and proofs of what it was made of were checked
//   {"failed": "…"}                  what must not happen; it ends then
//
// The server listens on all interfaces, and its operator's password is known to everybody: it refuses to run where there is an interface
// beside loopback, so a network namespace of its own is needed.

import { createRequire } from 'node:module'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const plcPort = 2582
const pdsPort = 2583
const callBound = 30_000 // milliseconds
const maxLine = 1 << 20 // characters

const tell = (line) => process.stdout.write(JSON.stringify(line) + '\n')

const fail = (why) => {
  process.exitCode = 1
  process.stdout.write(JSON.stringify({ failed: String(why) }) + '\n', () => process.exit())
}

// What the server has to say to people does not belong among the answers.
console.log = console.error

// load finds a package that the server itself uses.
const loader = (folder) => {
  const top = createRequire(join(folder, 'package.json'))
  return createRequire(top.resolve('@atproto/dev-env'))
}

// frames makes frames of Jetstream out of events of the stream.
const frames = (lexToJson) => {
  let last = 0
  const framed = (did, kind, value) => {
    last = Math.max(last + 1, Date.now() * 1000)
    return { did, time_us: last, kind, [kind]: value }
  }
  const commit = (e) => {
    const { rev, event: operation, collection, rkey } = e
    const record = operation === 'delete' ? {} : { record: lexToJson(e.record), cid: e.cid.toString() }
    return framed(e.did, 'commit', { rev, operation, collection, rkey, ...record })
  }
  return (e) => {
    const { did, seq, time } = e
    switch (e.event) {
      case 'create':
      case 'update':
      case 'delete':
        return commit(e)
      case 'account':
        return framed(did, 'account', { active: e.active, did, seq, time, ...(e.status && { status: e.status }) })
      case 'identity':
        return framed(did, 'identity', { did, ...(e.handle && { handle: e.handle }), seq, time })
    }
    return undefined // Jetstream does not tell of the others
  }
}

const listen = (network, load) => {
  const { Firehose } = load('@atproto/sync')
  const { lexToJson } = load('@atproto/lexicon')
  const frame = frames(lexToJson)
  let before = Promise.resolve()
  const inOrder = { getCursor: () => 0, trackEvent: (did, seq, handle) => (before = before.then(handle)) }
  const firehose = new Firehose({
    service: network.pds.url.replace('http', 'ws'),
    idResolver: network.pds.ctx.idResolver,
    runner: inOrder,
    handleEvent: (e) => {
      const event = frame(e)
      if (event) tell({ event })
    },
    onError: (err) => fail(`the stream: ${err.message}: ${err.cause?.message ?? ''}`),
  })
  firehose.start()
  return firehose
}

const call = async (base, { method, auth, type, body }) => {
  const response = await fetch(new URL(`/xrpc/${method}`, base), {
    method: 'POST',
    headers: { ...(auth && { authorization: auth }), ...(type && { 'content-type': type }) },
    body: body === undefined ? undefined : type === 'application/json' ? JSON.stringify(body) : Buffer.from(body, 'base64'),
    signal: AbortSignal.timeout(callBound),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : null }
}

const main = async (folder) => {
  const names = Object.keys(networkInterfaces())
  if (names.length !== 1 || names[0] !== 'lo') {
    throw new Error(`here are the interfaces [${names}]: it runs only where loopback is up and there is no other`)
  }
  const load = loader(folder)
  const { TestNetworkNoAppView } = load('@atproto/dev-env')
  const network = await TestNetworkNoAppView.create({ plc: { port: plcPort }, pds: { port: pdsPort } })
  const firehose = listen(network, load)
  tell({ answer: { status: 200, body: { operator: network.pds.adminAuth() } } })
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.length > maxLine) throw new Error('a call that is too long')
    tell({ answer: await call(network.pds.url, JSON.parse(line)) })
  }
  await firehose.destroy()
  await network.close()
  process.exit()
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
main(process.argv[2]).catch(fail)
