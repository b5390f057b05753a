import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { match } from '../../../../src/core/box/matching/match'
import { propose } from '../../../../src/core/box/matching/propose'
import type { Reading } from '../../../../src/core/market/proposition'
import { readForecastex } from '../../../../src/venues/forecastex/proposition'
import { readEvent, readMarket } from '../../../../src/venues/kalshi/wire/markets'
import { readKalshi } from '../../../../src/venues/kalshi/wire/proposition'

/** Beside the repository: contracts of both venues on one month and one strike, with what they settled to. */
const MAP = join(__dirname, '../../../../../shared/data/cross_venue/unemployment_map.json')
const recorded = existsSync(MAP) ? it : it.skip

interface Row {
  readonly kalshi_tickers: readonly string[]
  readonly forecastex_contracts: readonly string[]
  readonly strike: number
}
const rows = (): readonly Row[] => JSON.parse(readFileSync(MAP, 'utf8')) as Row[]

function kalshi(ticker: string, strike: number): Reading {
  const event_ticker = ticker.split('-').slice(0, 2).join('-')
  const market = {
    ticker,
    event_ticker,
    status: 'active',
    close_time: '2025-01-01T00:00:00Z',
    strike_type: 'greater',
    floor_strike: strike,
  }
  const event = { event_ticker, series_ticker: 'KXU3', title: 'Unemployment rate' }
  return readKalshi(readMarket({ market: { ...market, title: `Above ${strike}%` } }), readEvent({ event }), null)
}
const forecastex = (contractId: string): Reading =>
  readForecastex({ symbol: 'UNR', name: 'US Unemployment Rate', strike: contractId.split('_').at(-1) ?? '', contractId })

describe('39 contracts that both venues listed', () => {
  recorded('each is the same question as its own and as no other: months and strikes tell them apart', () => {
    const all = rows()
    expect(all).toHaveLength(39)
    const ours = all.map(({ kalshi_tickers: [ticker = ''], strike }) => kalshi(ticker, strike))
    const theirs = all.map(({ forecastex_contracts: [id = ''] }) => forecastex(id))
    const verdicts = ours.map((one) => theirs.map((other) => match(one, other).verdict))
    expect(verdicts).toEqual(all.map((_, row) => all.map((__, column) => (row === column ? 'confirmed' : 'different'))))
  })
  recorded('and none is S0 by these texts: neither tells source, adjustment or what decides a late release', () => {
    const [first] = rows()
    const judged = propose(kalshi(first?.kalshi_tickers[0] ?? '', first?.strike ?? 0), forecastex(first?.forecastex_contracts[0] ?? ''))
    expect(judged.class).toBe('S2')
    expect(judged.because.join('; ')).toMatch(/adjustment: neither says; source: neither says/)
  })
})
