import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kalshiScenario, OTHER, RunningSim, TICKER, writeScenario } from '../../support/running'
import { control, external, openStream } from './rig'

describe('after a restart', () => {
  const state = mkdtempSync(join(tmpdir(), 'crossbook-sim-state-'))
  const settings = { close_cancel_ms: 400, max_skew_ms: 10_000_000_000_000 }
  const clock = { mode: 'manual', start: '2026-11-02T00:00:00Z' }
  const folder = writeScenario({ ...kalshiScenario({ first: { settlement_timer_seconds: 1 }, settings }), clock })
  afterAll(() => {
    rmSync(state, { recursive: true, force: true })
    folder.remove()
  })
  const start = (): Promise<RunningSim> => RunningSim.startIn(folder, state)

  it('what had begun goes on: the settlement timer, the cancels of a close, and what was traded', async () => {
    const before = await start()
    await before.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
    await before.alpha.order({ ticker: OTHER, price: '0.3000', time_in_force: 'good_till_canceled' })
    await before.event(control('market_status', { ticker: OTHER, status: 'closed' }))
    await before.event(control('determine', { ticker: TICKER, result: 'yes' }))
    await before.stop()
    const after = await start()
    const stream = await openStream(after)
    await stream.subscribe(['market_positions'])
    const order = async (ticker: string): Promise<unknown> =>
      ((await after.alpha.get(`/portfolio/orders?ticker=${ticker}`)).body['orders'] as { status: string }[])[0]?.status
    expect(await order(OTHER)).toBe('resting')
    await after.event({ venue: 'clock', type: 'advance', ms: 400 })
    expect(await order(OTHER)).toBe('canceled')
    await after.event({ venue: 'clock', type: 'advance', ms: 600 })
    expect((await stream.ofType('market_position')).msg).toMatchObject({
      position_fp: '0.00',
      volume_fp: '2.00',
      realized_pnl_dollars: '0.960000',
    })
    expect((await after.event(external(OTHER, 'bid', '0.3000'))).body.error).toContain(`${OTHER} is closed`)
    await after.stop()
  })
})
