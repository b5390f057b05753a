import { allow, atEnd, fixedCatalog, forever, intent, RawGateway, startGateway, startOrders, stopAll, until } from '../rig'

afterEach(stopAll)

const PLACE_ORDER = 3
const HEARTBEAT = 49

async function connected() {
  const server = new RawGateway()
  const port = await server.listen()
  atEnd(() => server.close())
  const adapter = startGateway(port)
  await adapter.gateway.whenUp(forever)
  return { server, port, adapter }
}

describe('session', () => {
  it('is up only after the first heartbeat is answered, and tells when', async () => {
    const server = new RawGateway()
    server.answering = false
    const port = await server.listen()
    atEnd(() => server.close())
    const { gateway } = startGateway(port)
    await until('a heartbeat', () => server.named(HEARTBEAT).length > 0)
    expect(gateway.session).toMatchObject({ up: false, conn: 1, lastHeartbeatMs: null })
    server.send(HEARTBEAT, 1, 1_795_000_000)
    await gateway.whenUp(forever)
    expect(gateway.session.lastHeartbeatMs).not.toBeNull()
  })

  it('is dead after two missing heartbeats, and comes back on a new connection (trap 22)', async () => {
    const { server, adapter } = await connected()
    server.answering = false
    await until('death', () => !adapter.gateway.session.up)
    expect(adapter.gateway.session.reason).toContain('heartbeats')
    server.answering = true
    await until('the next session', () => adapter.gateway.session.up)
    expect(adapter.gateway.session.conn).toBe(2)
    expect(server.named(71)).toHaveLength(2)
  })

  it('keeps trying while the client id is in use, with the same id (E19)', async () => {
    const server = new RawGateway()
    const port = await server.listen()
    atEnd(() => server.close())
    let taken = 2
    server.onFrame = ([id], send, socket) => {
      if (id !== '71' || taken-- <= 0) return
      send(4, 2, -1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.', '')
      socket.end()
    }
    const { gateway } = startGateway(port)
    await until('the reason', () => gateway.session.reason.includes('in use'))
    await until('the session', () => gateway.session.up)
    expect(new Set(server.named(71).map((tokens) => tokens[2]))).toEqual(new Set(['7']))
  })

  it('goes on under another client id, once its holder has let go of it (E19)', async () => {
    const { server, adapter } = await connected()
    const { gateway } = adapter
    let taken = 2
    server.onFrame = (tokens, send, socket) => {
      if (tokens[0] !== '71' || tokens[2] !== '4' || taken-- <= 0) return
      send(4, 2, -1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.', '')
      socket.end()
    }
    gateway.assume(4)
    expect([gateway.session.up, gateway.clientId, gateway.send(['reqIds'], (ib) => ib.reqIds())]).toEqual([false, 4, false])
    await until('the reason', () => gateway.session.reason.includes('client id 4 is in use'))
    await until('the session', () => gateway.session.up)
    expect(server.named(71).map((tokens) => tokens[2])).toEqual(['7', '4', '4', '4'])
    gateway.assume(4)
    expect(gateway.session.up).toBe(true)
  })

  it('follows 1100 and 1102 without leaving the socket', async () => {
    const { server, adapter } = await connected()
    server.send(4, 2, -1, 1100, 'Connectivity between IBKR and Trader Workstation has been lost.', '')
    await until('1100', () => adapter.gateway.session.broker === 'lost')
    expect(adapter.gateway.session.up).toBe(true)
    server.send(4, 2, -1, 1102, 'Connectivity between IBKR and Trader Workstation has been restored - data maintained.', '')
    await until('1102', () => adapter.gateway.session.broker === 'connected')
    expect(adapter.gateway.session.restoredMs).not.toBeNull()
  })

  it('survives a listener that throws and a callback it cannot read', async () => {
    const { server, adapter } = await connected()
    const heard: (string | null)[] = []
    adapter.gateway.listen(() => {
      throw new Error('a bug')
    })
    adapter.gateway.listen(({ unreadable }) => void heard.push(unreadable))
    server.send(1, 6, 1_000_000_000, 1, '7.5', 3, 0)
    await until('the unreadable tick', () => heard.some((cause) => cause?.includes('between 0 and 1') ?? false))
    expect(adapter.log.lines.join('\n')).toContain('a bug')
  })
})

describe('reads', () => {
  it('fail when the session ends before their answer', async () => {
    const { server, adapter } = await connected()
    const read = adapter.gateway.requests.positions(forever)
    await until('the request', () => server.named(61).length === 1)
    server.drop()
    await expect(read).rejects.toMatchObject({ name: 'RequestFailed', kind: 'disconnected' })
  })

  it('never overlap when their end has no id, and share the one that starts after the call', async () => {
    const { server, adapter } = await connected()
    const { requests } = adapter.gateway
    const first = requests.openOrders(forever)
    const others = [requests.openOrders(forever), requests.openOrders(forever)]
    await until('the first request', () => server.named(16).length === 1)
    server.send(53, 1)
    await first
    await until('the second request', () => server.named(16).length === 2)
    server.send(53, 1)
    await Promise.all(others)
    expect(server.named(16)).toHaveLength(2)
  })
})

async function answering() {
  const session = await connected()
  session.server.answersReads = true
  return session
}

describe('orders and the socket', () => {
  it('write inside placeOrder, in the turn of the gate, recorded before the write (E11, E3)', async () => {
    const { server, adapter } = await answering()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 100 })
    const turns: string[] = []
    const stamp = adapter.frameLog.stamp.bind(adapter.frameLog)
    adapter.frameLog.stamp = (frame) => {
      if ((frame.payload as unknown[])[0] === 'placeOrder') turns.push(`recorded, bytes ${server.named(PLACE_ORDER).length}`)
      return stamp(frame)
    }
    const gate = () => {
      turns.push('gate')
      queueMicrotask(() => turns.push('next turn'))
      return null
    }
    const sent = adapter.gateway.send.bind(adapter.gateway)
    adapter.gateway.send = (payload, write) => {
      const written = sent(payload, write)
      if (payload[0] === 'placeOrder') turns.push(`written ${written}`)
      return written
    }
    const answer = orders.place(intent(), gate, forever)
    await until('the order', () => server.named(PLACE_ORDER).length === 1)
    expect(turns.slice(0, 3)).toEqual(['gate', 'recorded, bytes 0', 'written true'])
    expect(await answer).toEqual({ kind: 'unknown', cause: 'timeout' })
  })

  it('spell exactly the nine fields and 118 tokens, transmit and no misc options among them (§10.3, traps 14, 23)', async () => {
    const { server, adapter } = await answering()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 20 })
    const order = intent({ outcome: 'no' })
    await orders.place(order, allow, forever)
    await until('the order', () => server.named(PLACE_ORDER).length === 1)
    const [tokens = []] = server.named(PLACE_ORDER)
    expect(tokens).toHaveLength(118)
    expect(tokens.slice(0, 22)).toEqual([
      '3',
      '1',
      '800002',
      '',
      '',
      '',
      '',
      '',
      '',
      'FORECASTX',
      '',
      '',
      '',
      '',
      '',
      '',
      'BUY',
      '10',
      'LMT',
      '0.58',
      '',
      'IOC',
    ])
    expect([tokens[23], tokens[26], tokens[27], tokens[33]]).toEqual(['DU1234567', order.clientOrderId, '1', '0'])
  })

  it('send no byte when the gate refuses', async () => {
    const { server, adapter } = await answering()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog })
    expect(await orders.place(intent(), () => 'too-late', forever)).toMatchObject({ kind: 'rejected', reason: 'too-late' })
    await until('a later heartbeat', () => server.named(HEARTBEAT).length > 1)
    expect(server.named(PLACE_ORDER)).toHaveLength(0)
    expect(adapter.frameLog.named('out', 'placeOrder')).toHaveLength(0)
  })

  it('send no byte for what ForecastEx does not take', async () => {
    const { server, adapter } = await answering()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog })
    for (const wrong of [{ action: 'sell' }, { timeInForce: 'fok' }, { quantity: 1050 }, { limit: 5850 }, { limit: 0 }, { quantity: 0 }]) {
      const outcome = await orders.place(intent(wrong as Parameters<typeof intent>[0]), allow, forever)
      expect(outcome).toMatchObject({ kind: 'rejected', reason: 'guard' })
    }
    expect(server.named(PLACE_ORDER)).toHaveLength(0)
  })

  it('refuse while the gateway is down, and never go out by themselves after the reconnect (traps 11, 12)', async () => {
    const { server, adapter } = await answering()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 100 })
    server.drop()
    await until('the loss', () => !adapter.gateway.session.up)
    const refused = await Promise.all(Array.from({ length: 12 }, () => orders.place(intent(), allow, forever)))
    expect(refused.every((outcome) => outcome.kind === 'rejected' && outcome.detail.startsWith('gateway down'))).toBe(true)
    await until('the next session', () => adapter.gateway.session.up)
    await until('two more heartbeats', () => server.named(HEARTBEAT).length >= 4)
    expect(server.named(PLACE_ORDER)).toHaveLength(0)
  })

  it('do not outlive the socket that carried them: twelve in one turn, lost, none again (trap 12)', async () => {
    const { server, adapter } = await answering()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 3_000 })
    const outcomes = Array.from({ length: 12 }, () => orders.place(intent(), allow, forever))
    await until('all twelve', () => server.named(PLACE_ORDER).length === 12)
    server.drop()
    expect((await Promise.all(outcomes)).every((outcome) => outcome.kind === 'unknown' && outcome.cause === 'disconnected')).toBe(true)
    await until('the next session', () => adapter.gateway.session.up)
    await until('another heartbeat', () => server.named(HEARTBEAT).length >= 4)
    expect(server.named(PLACE_ORDER)).toHaveLength(12)
  })

  it('refuse while IBKR is out of reach, and send one id once', async () => {
    const { server, adapter } = await answering()
    const { orders } = startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 50 })
    const order = intent()
    expect(await orders.place(order, allow, forever)).toMatchObject({ kind: 'unknown' })
    expect(await orders.place(order, allow, forever)).toMatchObject({ kind: 'unknown' })
    server.send(4, 2, -1, 1100, 'Connectivity lost', '')
    await until('1100', () => adapter.gateway.session.broker === 'lost')
    expect(await orders.place(intent(), allow, forever)).toMatchObject({ kind: 'rejected', reason: 'guard' })
    expect(server.named(PLACE_ORDER)).toHaveLength(1)
  })

  it('numbers: order ids from the gateway upward, request ids from a thousand million (trap 21)', async () => {
    const server = new RawGateway()
    server.nextOrderId = 41
    server.answersReads = true
    atEnd(() => server.close())
    const adapter = startGateway(await server.listen())
    await adapter.gateway.whenUp(forever)
    const { orders } = startOrders(adapter, { catalog: fixedCatalog, answerTimeoutMs: 20 })
    await orders.place(intent(), allow, forever)
    await orders.place(intent(), allow, forever)
    await until('both', () => server.named(PLACE_ORDER).length === 2)
    expect(server.named(PLACE_ORDER).map((tokens) => tokens[1])).toEqual(['41', '42'])
    expect(adapter.gateway.nextRequestId()).toBeGreaterThanOrEqual(1_000_000_000)
  })
})
