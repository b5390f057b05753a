import { loadScenario, ScenarioError } from '../../src/sim/scenario'
import { kalshiScenario, writeScenario } from './support/running'

const NOW = Date.parse('2026-11-02T12:00:00Z')

function load(scenario: unknown): ReturnType<typeof loadScenario> {
  const folder = writeScenario(scenario)
  try {
    return loadScenario(folder.file, NOW)
  } finally {
    folder.remove()
  }
}

/** The sentence about a scenario that is wrong in one place. */
function complaint(change: (scenario: Record<string, never>) => void): string {
  const scenario = JSON.parse(JSON.stringify(kalshiScenario())) as Record<string, never>
  change(scenario)
  try {
    load(scenario)
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.replace(/^.*scenario\.json: /, '')
    throw error
  }
  throw new Error('the scenario was accepted')
}

type Loose = {
  kalshi: { events: Record<string, unknown>[]; accounts: { api_keys: Record<string, unknown>[] }[]; settings: Record<string, unknown> }
}
const kalshi = (scenario: unknown): Loose['kalshi'] => (scenario as Loose).kalshi

describe('a scenario', () => {
  it('has times relative to the start made absolute', () => {
    const { scenario } = load(kalshiScenario({ first: { close_time: '+3600s', open_time: '-2d' } }))
    expect(scenario.kalshi?.events[0]?.markets[0]).toMatchObject({ close_time: '2026-11-02T13:00:00Z', open_time: '2026-10-31T12:00:00Z' })
  })

  it('gives a relative last trading date on the wall clock of its zone', () => {
    const outcome = (con_id: number): object => ({ con_id, local_symbol: `X ${con_id}` })
    const contract = {
      symbol: 'UNR',
      trading_class: 'UNR',
      under_con_id: 1,
      long_name: 'U',
      last_trade_date: '+1d',
      strike: '4',
      yes: outcome(1),
      no: outcome(2),
    }
    const { scenario } = load({ schema_version: 1, ibkr: { accounts: [{ account: 'DU1', cash: '1.00' }], contracts: [contract] } })
    expect(scenario.ibkr?.contracts[0]?.last_trade_date).toBe('20261103 06:00:00')
  })

  it('names an unknown key and the nearest known one', () => {
    expect(complaint((scenario) => Object.assign(kalshi(scenario).events[0] ?? {}, { mutualy_exclusive: true }))).toBe(
      'kalshi.events[0]: unknown key "mutualy_exclusive"; did you mean "mutually_exclusive"?',
    )
    expect(complaint((scenario) => Object.assign(scenario, { kalshy: {} }))).toContain('did you mean "kalshi"?')
  })

  it.each<[string, (scenario: unknown) => void, string]>([
    ['a wrong type', (s) => Object.assign(kalshi(s).settings, { read_lag_ms: 'soon' }), 'kalshi.settings.read_lag_ms: '],
    ['a bad time', (s) => Object.assign(kalshi(s).events[0] ?? {}, { strike_date: 'tomorrow' }), 'must be an RFC 3339 time, or relative'],
    [
      'a missing key file',
      (s) => Object.assign(kalshi(s).accounts[0]?.api_keys[0] ?? {}, { public_key_file: 'none.pem' }),
      'generate the key before the start',
    ],
    [
      'an unknown series',
      (s) => Object.assign(kalshi(s).events[0] ?? {}, { series_ticker: 'KXNONE' }),
      'series "KXNONE" is not in kalshi.series',
    ],
    [
      'a tape without a venue',
      (s) => Object.assign(s as object, { tapes: [{ venue: 'ibkr', file: 'x', kind: 'prints' }] }),
      'venue ibkr is not in the scenario',
    ],
    [
      'a bad timeline event',
      (s) => Object.assign(s as object, { timeline: [{ at_ms: 1, venue: 'kalshi', type: 'settle', ticker: 'X', result: 'maybe' }] }),
      'timeline[0]: result',
    ],
    [
      'a bad timeline time',
      (s) => Object.assign(s as object, { timeline: [{ at_ms: 'tape_stop', venue: 'clock', type: 'advance' }] }),
      'timeline[0].at_ms',
    ],
  ])('explains %s in one sentence', (_name, change, part) => {
    const sentence = complaint(change)
    expect(sentence).toContain(part)
    expect(sentence).not.toContain('\n')
  })
})
