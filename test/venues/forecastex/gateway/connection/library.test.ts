import { hasSubscribers } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import path from 'node:path'
import { IBApi, OrderType } from '@stoqey/ib'
import { config } from 'dotenv'
import { Connection } from '../../../../../src/venues/forecastex/gateway/connection/connection'
import type { Trouble } from '../../../../../src/venues/forecastex/gateway/trouble'
import { ACCOUNT, atEnd, CLIENT_ID, forever, stopAll, until } from '../../rig'
import { failure, frameOf, HEARTBEAT, rawGateway, start, START_API, turns } from '../rig'

jest.mock('dotenv', () => ({ config: jest.fn() }))

afterEach(stopAll)

const PLACE_ORDER = 3
const SOURCES = path.resolve(__dirname, '../../../../../src')
const sourcesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file))
const CONTRACT = { conId: 800_001, exchange: 'FORECASTX' }

async function connected() {
  const { server, port } = await rawGateway()
  const heard: (readonly unknown[])[] = []
  const ended: Trouble[] = []
  const target = { host: '127.0.0.1', port, clientId: CLIENT_ID, account: ACCOUNT }
  const open = (): Connection => {
    const connection = new Connection(target, { heard: (callback) => heard.push(callback), ended: (trouble) => ended.push(trouble) })
    atEnd(() => Promise.resolve(connection.close()))
    return connection
  }
  const connection = open()
  await until('the session', () => connection.stage === 'started')
  return { server, connection, open, heard, ended }
}
const order = (connection: Connection, orderId: number): boolean =>
  connection.write((ib) => ib.placeOrder(orderId, CONTRACT, { orderType: OrderType.LMT }))

describe('the client library', () => {
  it('writes in the turn of the call: twelve orders at once, none queued (traps 12, 13)', async () => {
    const { server, connection } = await connected()
    expect(Array.from({ length: 12 }, (_, n) => order(connection, n + 1))).toEqual(Array(12).fill(true))
    await until('all twelve', () => server.named(PLACE_ORDER).length === 12)
  })

  it('takes what it has queued with it: an order of before the session is told as not written, and never sent (trap 11)', async () => {
    const { server, open } = await connected()
    const second = open()
    expect(order(second, 1)).toBe(false)
    second.close()
    const third = open()
    await until('the next session', () => third.stage === 'started')
    expect(third.write((ib) => ib.reqCurrentTime())).toBe(true)
    await until('its first message', () => server.named(HEARTBEAT).length === 1)
    expect(server.named(PLACE_ORDER)).toHaveLength(0)
    expect(order(second, 2)).toBe(false)
  })

  it('cannot end the process with a reject text that is no JSON: the session begins anew (trap 19)', async () => {
    const { server, port } = await rawGateway()
    const { gateway, clock, log } = start(port)
    await gateway.whenUp(forever)
    server.send(4, 2, 41, 201, 'Order rejected', '{"reject": ')
    await until('the end', () => gateway.session.trouble?.kind === 'unreadable')
    expect(log.lines.join('\n')).toContain('SyntaxError')
    await turns() // until it waits for its next attempt
    await clock.advance(250)
    await gateway.whenUp(forever)
    expect(gateway.session).toMatchObject({ conn: 2, trouble: null })
  })

  it('and a listener of ours that throws: the other frames of the same chunk are heard (trap 18)', async () => {
    const { server, port } = await rawGateway()
    const { gateway, log } = start(port)
    await gateway.whenUp(forever)
    const codes: unknown[] = []
    gateway.listen(({ payload }) => {
      codes.push(payload[2])
      throw new Error('a bug')
    })
    server.sockets[0]?.write(Buffer.concat([201, 202, 399].map((code) => frameOf(4, 2, 41, code, 'text', ''))))
    await until('all three', () => codes.length === 3)
    expect(codes).toEqual([201, 202, 399])
    expect(log.lines.filter((line) => line.includes('a bug'))).toHaveLength(3)
  })

  it('tells a frame that it cannot decode as an alarm and reads on (505)', async () => {
    const { server, port } = await rawGateway()
    const { gateway, log, frameLog } = start(port)
    await gateway.whenUp(forever)
    server.send(3, 41)
    failure(server, 41, 399, 'a warning')
    await until('the next frame', () => frameLog.named('in', 'error').some((payload) => payload[2] === 399))
    expect(log.lines.join('\n')).toContain('could not be decoded')
    expect(gateway.session.up).toBe(true)
  })

  it('has no delay of Nagle on its socket (trap 26)', async () => {
    const spy = jest.spyOn(Socket.prototype, 'setNoDelay')
    const { connection } = await connected()
    expect(spy.mock.calls).toContainEqual([true])
    expect(connection.stage).toBe('started')
    spy.mockRestore()
  })

  it('is told all of its options, and so reads no .env file into the environment (trap 25)', async () => {
    const { connection } = await connected()
    expect(connection.stage).toBe('started')
    expect(config).not.toHaveBeenCalled()
    new IBApi({ host: '127.0.0.1' }) // what it does otherwise
    expect(config).toHaveBeenCalled()
  })

  it('is IBApi, never IBApiNext (trap 20)', () => {
    const naming = sourcesBelow(SOURCES).filter((file) => readFileSync(file, 'utf8').includes('IBApiNext'))
    expect(naming).toEqual([])
  })

  it('leaves nothing behind after fifty connections', async () => {
    const { server, open, connection, heard } = await connected()
    connection.close()
    for (let n = 0; n < 50; n += 1) {
      const next = open()
      await until('its session', () => next.stage === 'started')
      next.close()
    }
    await until('the sockets to be gone', () => server.sockets.every(({ destroyed, readableEnded }) => destroyed || readableEnded))
    const before = heard.length
    server.send(HEARTBEAT, 1, 1)
    await turns()
    expect([heard.length - before, hasSubscribers('net.client.socket'), server.named(START_API).length]).toEqual([0, false, 51])
  })
})
