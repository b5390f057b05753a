import { millis } from '../../../../src/core/units'
import { ACCOUNT, forever, stopAll, until } from '../rig'
import { rawGateway, start } from './rig'

afterEach(stopAll)

const EXECUTIONS = 7
const SINCE = millis(Date.UTC(2026, 10, 21, 19, 0))
const EARLY = '20261121 12:30:00 US/Central'
const LATE = '20261121 13:30:00 US/Central'
const LATER = '20261121 13:30:01 US/Central'
const contract = [800001, 'FF', 'OPT', '20301209', '3.625', 'C', '1', 'FORECASTX', 'USD', 'FF', 'FF']
const execution = (reqId: string | undefined, execId: string, time: string): readonly unknown[] => [
  ...[
    reqId,
    1,
    ...contract,
    execId,
    time,
    ACCOUNT,
    'FORECASTX',
    'BOT',
    '10',
    '0.57',
    900,
    7,
    0,
    '10',
    '0.57',
    'cb-t1-b1',
    '',
    '',
    '',
    1,
    0,
  ],
]

/** A gateway whose day is known, and which reads a time as it should, or not at all, or an hour too late. */
async function up(reading: 'right' | 'ignored' | 'late' = 'right') {
  const { server, port } = await rawGateway()
  let day: readonly (readonly [string, string])[] = []
  server.onFrame = (tokens, send) => {
    if (tokens[0] !== String(EXECUTIONS)) return
    const filtered = tokens[5] !== ''
    const told = filtered && reading !== 'ignored' ? day.filter(([, time]) => reading === 'right' && time === LATE) : day
    for (const [execId, time] of told) send(11, ...execution(tokens[2], execId, time))
    send(55, 1, tokens[2])
  }
  const { gateway, clock } = start(port, {})
  await gateway.whenUp(forever)
  const since = async (): Promise<readonly string[]> =>
    (await gateway.requests.executionsSince(SINCE, forever)).executions.map(({ execId }) => execId)
  return { server, gateway, clock, since, tell: (...told: readonly (readonly [string, string])[]) => void (day = told) }
}
const times = (requests: readonly (readonly string[])[]): readonly string[] => requests.map((tokens) => tokens[5] ?? '')

describe('executions since a time', () => {
  it('are asked for by a time in UTC, once a recent one has shown that the gateway reads it so', async () => {
    const { server, since, tell } = await up()
    tell(['e1', EARLY], ['e2', LATE])
    expect(await since()).toEqual(['e1', 'e2'])
    expect(await since()).toEqual(['e2'])
    expect(times(server.named(EXECUTIONS))).toEqual(['20261121-19:00:00', '', '20261121-19:00:00'])
  })

  it('are those of the whole day while nothing recent shows how the gateway reads a time', async () => {
    const { since, tell } = await up()
    expect([await since(), await since()]).toEqual([[], []])
    tell(['e1', EARLY])
    expect(await since()).toEqual(['e1'])
  })

  it('E14 are those of the whole day from a gateway that reads a time as another', async () => {
    const { since, tell } = await up('late')
    tell(['e1', EARLY], ['e2', LATE])
    expect([await since(), await since()]).toEqual([
      ['e1', 'e2'],
      ['e1', 'e2'],
    ])
  })

  it('are proven also while it trades: what came after the first report is in the day alone', async () => {
    const { server, since, tell } = await up()
    const answer = server.onFrame
    tell(['e1', EARLY], ['e2', LATE])
    server.onFrame = (...of) => {
      answer(...of)
      if (of[0][0] === String(EXECUTIONS)) tell(['e1', EARLY], ['e2', LATE], ['e3', LATER])
    }
    expect(await since()).toEqual(['e1', 'e2', 'e3'])
    await since()
    expect(times(server.named(EXECUTIONS))).toEqual(['20261121-19:00:00', '', '20261121-19:00:00'])
  })

  it('may be more than was asked for', async () => {
    const { since, tell } = await up('ignored')
    tell(['e1', EARLY], ['e2', LATE])
    expect([await since(), await since()]).toEqual([
      ['e1', 'e2'],
      ['e1', 'e2'],
    ])
  })

  it('are proven anew in each session: another gateway may answer it', async () => {
    const { server, gateway, clock, since, tell } = await up()
    tell(['e1', EARLY], ['e2', LATE])
    await since()
    server.drop()
    await until('the end of the session', () => !gateway.session.up)
    await clock.advance(250)
    await gateway.whenUp(forever)
    expect(await since()).toEqual(['e1', 'e2'])
  })
})
