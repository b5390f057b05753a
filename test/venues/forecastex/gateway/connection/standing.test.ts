import { reachesVenue } from '../../../../../src/venues/forecastex/gateway/session'
import { sentence } from '../../../../../src/venues/forecastex/gateway/trouble'
import { forever, stopAll, until } from '../../rig'
import { failure, notice, rawGateway, start, turns, type Started } from '../rig'

afterEach(stopAll)

const ALL_OPEN_ORDERS = 16
const OPEN_ORDERS_END = 53
const READ_ONLY = 'Error validating request.-bI : cause - The API interface is currently in Read-Only mode.'
const QUOTES = 1_000_000_500

async function up(change = {}) {
  const { server, port } = await rawGateway()
  const started = start(port, change)
  await started.gateway.whenUp(forever)
  return { server, ...started }
}
const kinds = ({ gateway }: Pick<Started, 'gateway'>): readonly string[] => gateway.session.troubles.map(({ kind }) => kind)
const shown = (started: Pick<Started, 'gateway'>, ...expected: readonly string[]): Promise<void> =>
  until(`troubles ${expected.join()}`, () => kinds(started).join() === expected.join())
const subscribe = ({ gateway }: Pick<Started, 'gateway'>, reqId: number, conId: number): boolean =>
  gateway.send(['reqMktData', reqId, { conId }], (ib) => ib.reqMktData(reqId, { conId, exchange: 'FORECASTX' }, '', false, false))

describe('a read-only API', () => {
  it.each([
    ['on an order, with its id', 41],
    ['on a read, without one', -1],
  ])('%s: no order goes out any more, and it is said once', async (_, id) => {
    const gateway = await up()
    failure(gateway.server, id, 321, READ_ONLY)
    failure(gateway.server, id, 321, READ_ONLY)
    await shown(gateway, 'read-only')
    expect([gateway.gateway.session.up, reachesVenue(gateway.gateway.session)]).toEqual([true, false])
    expect(gateway.log.lines.filter((line) => line.includes('untick "Read-Only API"'))).toHaveLength(1)
  })

  it('refuses a read of orders at once instead of leaving it to its limit', async () => {
    const { server, gateway } = await up()
    const read = gateway.requests.openOrders(forever)
    await until('the request', () => server.named(ALL_OPEN_ORDERS).length === 1)
    notice(server, 321, READ_ONLY)
    await expect(read).rejects.toMatchObject({ kind: 'refused', code: 321 })
    expect(gateway.session.conn).toBe(1)
  })

  it('is looked at again after fifteen seconds, not before, and trades again when the box is unticked', async () => {
    const started = await up()
    notice(started.server, 321, READ_ONLY)
    await shown(started, 'read-only')
    for (let second = 0; second < 15; second += 1) {
      expect(started.server.named(ALL_OPEN_ORDERS)).toHaveLength(0)
      const heard = started.frameLog.named('in', 'currentTime').length
      await started.clock.advance(1_000)
      await until('the answer', () => started.frameLog.named('in', 'currentTime').length > heard)
    }
    await started.clock.advance(1_000)
    await until('the look', () => started.server.named(ALL_OPEN_ORDERS).length === 1)
    started.server.send(OPEN_ORDERS_END, 1)
    await shown(started)
    expect(reachesVenue(started.gateway.session)).toBe(true)
  })

  it('is found without an order: nothing opens before a leg has been lost to it', async () => {
    const started = await up()
    for (let second = 0; second < 16; second += 1) {
      const heard = started.frameLog.named('in', 'currentTime').length
      await started.clock.advance(1_000)
      await until('the answer', () => started.frameLog.named('in', 'currentTime').length > heard)
    }
    await until('the look', () => started.server.named(ALL_OPEN_ORDERS).length === 1)
    notice(started.server, 321, READ_ONLY)
    await shown(started, 'read-only')
  })
})

describe('what quotes lack', () => {
  it.each([354, 10089, 10090, 10167, 10186])('code %i: the contracts are named, in one line of the log', async (code) => {
    const started = await up()
    for (const n of [0, 1]) {
      subscribe(started, QUOTES + n, 800_001 + n)
      failure(started.server, QUOTES + n, code, 'Requested market data is not subscribed.')
    }
    await until('both', () => started.gateway.session.reason.includes('800001, 800002'))
    expect(started.gateway.session.trouble).toEqual({ kind: 'not-quoted', code, conIds: [800_001, 800_002] })
    expect(started.log.lines.filter((line) => line.includes('no live quotes'))).toHaveLength(1)
  })

  it('ends with the wish for them, and not with the next try', async () => {
    const started = await up()
    const cancel = (reqId: number): boolean => started.gateway.send(['cancelMktData', reqId], (ib) => ib.cancelMktData(reqId))
    const second = async (): Promise<void> => {
      const heard = started.frameLog.named('in', 'currentTime').length
      await started.clock.advance(1_000)
      await until('the answer', () => started.frameLog.named('in', 'currentTime').length > heard)
    }
    for (const n of [0, 1]) {
      if (n === 1) cancel(QUOTES)
      subscribe(started, QUOTES + n, 800_001)
      failure(started.server, QUOTES + n, 354, 'Requested market data is not subscribed.')
      await shown(started, 'not-quoted')
      await second()
      await shown(started, 'not-quoted')
    }
    expect(started.log.lines.filter((line) => line.includes('no live quotes'))).toHaveLength(1)
    cancel(QUOTES + 1)
    await second()
    await shown(started)
  })

  it('delayed data is a trouble until live data comes', async () => {
    const started = await up()
    subscribe(started, QUOTES, 800_001)
    started.server.send(58, 1, QUOTES, 3)
    await shown(started, 'not-quoted')
    started.server.send(58, 1, QUOTES, 1)
    await shown(started)
  })

  it('10197: a competing session, until a price comes', async () => {
    const started = await up()
    subscribe(started, QUOTES, 800_001)
    failure(started.server, QUOTES, 10197, 'No market data during competing live session')
    await shown(started, 'competing-session')
    started.server.send(1, 6, QUOTES, 1, '0.56', 40, 0)
    await shown(started)
  })
})

describe('what the account lacks', () => {
  it.each([
    [203, 'The security FF is not available or allowed for this account.'],
    [460, 'No trading permissions.'],
    [201, 'Order rejected - reason:No trading permissions for event contracts.'],
  ])('code %i on an order tells what to ask for', async (code, text) => {
    const started = await up()
    failure(started.server, 41, code, text)
    await shown(started, 'no-permission')
    const [trouble] = started.gateway.session.troubles
    expect(trouble && sentence(trouble)).toMatch(/ForecastEx.*Client Portal/)
  })

  it('a refusal for want of cash is no trouble of the session', async () => {
    const started = await up()
    failure(started.server, 41, 201, 'Order rejected - reason:Insufficient funds')
    notice(started.server, 2104, 'Market data farm connection is OK:usfuture')
    await until('the notice', () => started.frameLog.named('in', 'info').length === 1)
    expect(kinds(started)).toEqual([])
  })
})

describe('code 100', () => {
  it.each([41, -1])('with id %i: half of the budget, told, and more again with time', async (id) => {
    const started = await up()
    failure(started.server, id, 100, 'Max rate of messages per second has been exceeded')
    await shown(started, 'throttled')
    await started.clock.advance(1_000) // what was sent so far is over
    for (let n = 0; n < 6; n += 1) await started.gateway.pace('request', forever)
    let waiting = true
    void started.gateway.pace('request', forever).then(() => (waiting = false))
    await turns()
    expect(waiting).toBe(true)
  })

  it('a session that ended over it comes back slowly', async () => {
    const started = await up()
    notice(started.server, 100, 'Max rate of messages per second has been exceeded')
    await shown(started, 'throttled')
    started.server.drop()
    await until('the loss', () => started.frameLog.named('in', 'disconnected').length === 1)
    await turns()
    await started.clock.advance(4_900)
    expect(started.server.named(71)).toHaveLength(1)
    await started.clock.advance(100)
    await until('the next', () => started.server.named(71).length === 2)
  })
})
