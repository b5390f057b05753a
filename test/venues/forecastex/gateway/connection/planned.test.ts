import type { Log } from '../../../../../src/ports/log'
import { forever, stopAll, until } from '../../rig'
import { notice, rawGateway, start, turns } from '../rig'

afterEach(stopAll)

class LeveledLog implements Log {
  readonly lines: string[] = []
  debug = (): void => undefined
  info = (_: object, message: string): void => void this.lines.push(`info ${message}`)
  warn = (_: object, message: string): void => void this.lines.push(`warn ${message}`)
  error = (_: object, message: string): void => void this.lines.push(`error ${message}`)
  at = (level: string): readonly string[] => this.lines.filter((line) => line.startsWith(level))
}
const RESTART = 'the restart of the IB Gateway'

/** A gateway that is up, with a calendar that the test sets. */
async function up(planned: { now: string | null }) {
  const { server, port } = await rawGateway()
  const log = new LeveledLog()
  const started = start(port, { log, planned: () => planned.now })
  await started.gateway.whenUp(forever)
  return { ...started, server, port, log }
}

describe('a planned outage', () => {
  it('is told as one, once, without an alarm, and its end once', async () => {
    const planned = { now: RESTART }
    const { server, port, gateway, clock, log } = await up(planned)
    await server.close()
    await until('the loss', () => !gateway.session.up)
    for (let n = 0; n < 10; n += 1) await clock.advance(5_000)
    expect(gateway.session.planned).toBe(RESTART)
    expect(gateway.session.reason).toMatch(/^planned outage: the restart of the IB Gateway \(nothing listens/)
    await server.listen(port)
    for (let n = 0; n < 20 && !gateway.session.up; n += 1) await clock.advance(1_000)
    await gateway.whenUp(forever)
    await turns()
    expect(log.lines).toEqual([`info IB Gateway: planned outage: ${RESTART}`, 'info IB Gateway: nothing is wrong any more'])
  })

  it('that outlasts its window is an error from then on, once', async () => {
    const planned: { now: string | null } = { now: RESTART }
    const { server, gateway, clock, log } = await up(planned)
    await server.close()
    await until('the loss', () => !gateway.session.up)
    for (let n = 0; n < 5; n += 1) await clock.advance(5_000)
    expect(log.at('error')).toEqual([])
    planned.now = null
    for (let n = 0; n < 10; n += 1) await clock.advance(5_000)
    expect(log.at('error')).toHaveLength(1)
    expect(log.at('error')[0]).toContain('nothing listens')
    expect(gateway.session.planned).toBeNull()
  })

  it('outside of every window the same outage is an error, once however often it is tried', async () => {
    const { server, gateway, clock, log } = await up({ now: null })
    await server.close()
    await until('the loss', () => !gateway.session.up)
    for (let n = 0; n < 20; n += 1) await clock.advance(5_000)
    expect([log.at('warn').length, log.at('error').length]).toEqual([1, 1])
  })

  it('covers a reset of IBKR behind a gateway that answers', async () => {
    const planned: { now: string | null } = { now: 'the daily reset of IBKR' }
    const { server, gateway, clock, log } = await up(planned)
    notice(server, 1100, 'Connectivity between IBKR and Trader Workstation has been lost.')
    await until('1100', () => gateway.session.broker === 'lost')
    expect(log.lines).toEqual(['info IB Gateway: planned outage: the daily reset of IBKR'])
    planned.now = null
    await clock.advance(1_000)
    expect(log.at('error')).toEqual([expect.stringContaining('does not reach IBKR (1100)')])
  })

  it('does not explain what no outage explains', async () => {
    const { server, gateway, log } = await up({ now: RESTART })
    notice(server, 321, 'The API interface is currently in Read-Only mode.')
    await until('the trouble', () => gateway.session.trouble !== null)
    expect([gateway.session.planned, log.at('error').length]).toEqual([null, 1])
  })
})

describe('what ends by itself', () => {
  it('is a warning, and an error when it has not ended after half a minute', async () => {
    const { server, port } = await rawGateway()
    server.onFrame = ([id], send, socket) => {
      if (id !== '71') return
      send(4, 2, -1, 326, 'Unable to connect as the client id is already in use.', '')
      socket.end()
    }
    const log = new LeveledLog()
    const { clock, frameLog } = start(port, { log })
    for (let tries = 1; tries <= 65; tries += 1) {
      await until('the refusal', () => frameLog.named('in', 'disconnected').length === tries)
      await turns()
      if (tries === 58) expect([log.at('warn').length, log.at('error').length]).toEqual([1, 0])
      await clock.advance(tries < 61 ? 500 : 5_000)
    }
    expect([log.at('warn').length, log.at('error').length]).toEqual([1, 1])
  })
})
