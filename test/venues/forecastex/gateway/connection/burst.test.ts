import type { Callback } from '../../../../../src/venues/forecastex/wire/messages'
import { forever, stopAll, until } from '../../rig'
import { frameOf, rawGateway, start } from '../rig'

afterEach(stopAll)

const FRAMES = 10_000
const QUOTES = 1_000_000_500
const CONTRACT = ['800001', 'FF', 'OPT', '20301209', '3.625', 'C', '1', 'FORECASTX', 'USD', "FF Dec09'30 3.625 YES", 'FF'] as const

/** Frame number `n`: a size, a price, an execution or a status, each of which carries its number. */
function frame(n: number): Buffer {
  switch (n % 4) {
    case 0:
      return frameOf(2, 6, QUOTES, 0, n)
    case 1:
      // A size that nobody reads rides with it (trap 15): the library tells it as a tick of its own.
      return frameOf(1, 6, QUOTES + n, 2, '0.58', 30, 0)
    case 2:
      return frameOf(
        ...[11, -1, n, ...CONTRACT, `0001.${n}.01`, '20261121 13:30:00 US/Central', 'DU1234567', 'FORECASTX', 'BOT', 1, '0.58'],
        ...[900_000 + n, 7, 0, 1, '0.58', `cb-${n}`, '', '', '', 2, 0],
      )
    default:
      return frameOf(3, n, 'Submitted', 0, 10, '0.0', 900_000 + n, 0, '0.0', 7, '', '0.0')
  }
}
/** What tells which frame a callback came from; null: it came with another one. */
function numberOf(callback: Callback | null): number | null {
  if (callback?.kind === 'size') return callback.reqId === QUOTES ? (callback.quantity ?? 0) / 100 : null
  if (callback?.kind === 'price') return callback.reqId - QUOTES
  if (callback?.kind === 'execution') return Number(callback.execution.orderRef.slice(3))
  return callback?.kind === 'orderStatus' ? callback.orderId : null
}

async function up() {
  const { server, port } = await rawGateway()
  const started = start(port)
  await started.gateway.whenUp(forever)
  const numbers: number[] = []
  const unreadable: string[] = []
  started.gateway.listen((arrival) => {
    const n = numberOf(arrival.callback)
    if (n !== null) numbers.push(n)
    if (arrival.unreadable !== null) unreadable.push(arrival.unreadable)
  })
  const [socket] = server.sockets
  if (!socket) throw new Error('no connection')
  socket.setNoDelay(true)
  return { ...started, server, socket, numbers, unreadable }
}

describe('10,000 frames in one burst', () => {
  it('split into pieces of odd sizes, are all heard, in their order', async () => {
    const { socket, numbers, unreadable, gateway } = await up()
    const bytes = Buffer.concat(Array.from({ length: FRAMES }, (_, n) => frame(n)))
    for (let from = 0, size = 1; from < bytes.length; from += size, size = size > 1_400 ? 1 : size + 2)
      socket.write(bytes.subarray(from, from + size))
    await until('the last frame', () => numbers.at(-1) === FRAMES - 1)
    expect(numbers).toEqual(Array.from({ length: FRAMES }, (_, n) => n))
    expect([unreadable, gateway.session.up, gateway.session.conn]).toEqual([[], true, 1])
  })

  it('in one write are all heard, in their order', async () => {
    const { socket, numbers } = await up()
    socket.write(Buffer.concat(Array.from({ length: FRAMES }, (_, n) => frame(n))))
    await until('the last frame', () => numbers.at(-1) === FRAMES - 1)
    expect(numbers).toEqual(Array.from({ length: FRAMES }, (_, n) => n))
  })
})

describe('eight frames', () => {
  it('cut in two at every odd byte are heard all the same', async () => {
    const { socket, numbers } = await up()
    const bytes = Buffer.concat(Array.from({ length: 8 }, (_, n) => frame(n)))
    let rounds = 0
    for (let cut = 1; cut < bytes.length; cut += 2) {
      socket.write(bytes.subarray(0, cut))
      await new Promise((resolve) => void setImmediate(resolve))
      socket.write(bytes.subarray(cut))
      rounds += 1
      await until(`the round of byte ${cut}`, () => numbers.length === rounds * 8)
    }
    expect(numbers).toEqual(Array.from({ length: rounds * 8 }, (_, n) => n % 8))
  })
})
