// The venue of the paced rounds: `node sender.mjs DIST SHARED PAIRS ACTIVE`, forked. Tells its port, then sends {rate, count} frames as they
// fall due, in bursts of a timer's millisecond as a network does.
import { createRequire } from 'node:module'
import path from 'node:path'
import { recordedFrames } from './recorded.mjs'
import { templatesOf, Traffic } from './traffic.mjs'

const [dist, shared, pairs, active] = process.argv.slice(2)
const { WebSocketServer } = createRequire(path.join(dist, 'x.js'))('ws')
const traffic = new Traffic(templatesOf(recordedFrames(shared, 1).frames), Number(pairs), Math.min(Number(active), Number(pairs)))
traffic.snapshots() // told already: they were counted
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('connection', (socket) => {
  process.on('message', ({ rate, count }) => {
    const frames = traffic.changes(count)
    const from = performance.now()
    let i = 0
    const send = () => {
      const due = Math.min(frames.length, Math.floor(((performance.now() - from) * rate) / 1_000))
      while (i < due) socket.send(frames[i++], { binary: false })
      if (i < frames.length) setTimeout(send, 1)
    }
    send()
  })
})
server.on('listening', () => process.send(server.address().port))
process.on('disconnect', () => process.exit(0))
