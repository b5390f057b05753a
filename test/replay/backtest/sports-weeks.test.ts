import path from 'node:path'
import { readProfilesFile } from '../../../src/config/profiles'
import type { GameMapping } from '../../../src/core/edge/games/game'
import { consensusFor } from '../../../src/core/edge/index'
import type { OddsGame } from '../../../src/core/edge/odds'
import { rulesFor, type EdgeSettings } from '../../../src/core/edge/profile'
import { EDGE_CHECKS } from '../../../src/core/edge/refusals'
import type { Frame } from '../../../src/core/market/event'
import type { BacktestResult, PaperOpportunity } from '../../../src/core/report/backtest/result'
import { money, type Millis } from '../../../src/core/units'
import { backtest } from '../../../src/replay/backtest/backtest'
import { gamesOf } from '../../../src/replay/odds-frames'
import { readSports } from '../../../src/replay/recordings/sports/sports'
import { later } from '../../core/edge/fixture'
import { recordings, SHARED } from '../../venues/kalshi/fakes'
import { messageOf, PLAYED } from '../recordings/folder'
import { edgesOf, kindOf } from '../recordings/sports/fixture'
import { Game, LIMITS } from './game'
import { options } from './runs'

/** Four days, two of them with both sides of MLB and of the World Cup: what two runs take in half a minute. */
const TO_MS = Date.UTC(2026, 6, 7)
/** As a backtest of a recording has it: odds come each quarter of an hour. */
const LINE_AGE_MS = 1_200_000
/** A guard against a run that hangs: two cores are shared with real servers. */
const LONGEST_MS = 300_000

const FILE = readProfilesFile(path.join(__dirname, '..', '..', '..', 'config'))
const SETTINGS: EdgeSettings = { ...FILE, policy: { ...FILE.policy, lineAgeNearMs: LINE_AGE_MS, lineAgeFarMs: LINE_AGE_MS } }

type Levels = readonly (readonly [price: string, size: string])[]
interface Snapshot {
  readonly msg: { readonly market_ticker: string; readonly yes_dollars_fp?: Levels; readonly no_dollars_fp?: Levels }
}
interface Known {
  readonly atMs: Millis
  readonly mapping: GameMapping
  readonly odds: OddsGame | null
}

/** What was told of each market, heard beside a run: what its signals could rest on, and how far Kalshi is from the books. */
class Beside {
  readonly #known = new Map<string, Known[]>()
  readonly #games = new Map<string, OddsGame>()
  readonly #mids = new Map<string, number>()
  /** |mid − consensus| of confirmed markets on games to come, at each telling of their odds. */
  readonly gaps: number[] = []

  hear(frame: Frame): void {
    for (const { kalshi, mapping } of edgesOf(frame)) this.#learn(kalshi, mapping, frame.recvMs)
    const kind = kindOf(frame)
    if (kind === 'orderbook_snapshot') this.#quoted((messageOf(frame) as Snapshot).msg)
    if (kind !== 'odds') return
    for (const game of gamesOf(frame)) {
      this.#games.set(game.eventId, game)
      for (const [ticker, known] of this.#known) {
        const mapping = known.at(-1)?.mapping
        if (mapping?.oddsEventId !== game.eventId) continue
        this.#learn(ticker, mapping, frame.recvMs)
        this.#measure(ticker, mapping, game, frame.recvMs)
      }
    }
  }

  /** As it was known then. */
  of({ pair, firstSeenMs }: Pick<PaperOpportunity, 'pair' | 'firstSeenMs'>): Known | undefined {
    return this.#known.get(pair)?.findLast(({ atMs }) => atMs <= firstSeenMs)
  }

  #learn(ticker: string, mapping: GameMapping, atMs: Millis): void {
    const known = this.#known.get(ticker) ?? []
    this.#known.set(ticker, known)
    known.push({ atMs, mapping, odds: this.#games.get(mapping.oddsEventId ?? '') ?? null })
  }

  /** Both sides are told in prices of YES. */
  #quoted({ market_ticker: ticker, yes_dollars_fp: bids = [], no_dollars_fp: asks = [] }: Snapshot['msg']): void {
    const [bid, ask] = [Math.max(...bids.map(([at]) => Number(at))), Math.min(...asks.map(([at]) => Number(at)))]
    if (bids.length === 0 || asks.length === 0) this.#mids.delete(ticker)
    else this.#mids.set(ticker, (bid + ask) / 2)
  }

  #measure(kalshi: string, mapping: GameMapping, odds: OddsGame, atMs: Millis): void {
    const mid = this.#mids.get(kalshi)
    if (mid === undefined || mapping.status !== 'confirmed' || isBegun({ atMs, mapping, odds }, atMs)) return
    const consensus = consensusFor({ kalshi, mapping }, odds, atMs, FILE)
    if (consensus.kind === 'consensus') this.gaps.push(Math.abs(mid - consensus.probability))
  }
}
const isBegun = ({ mapping, odds }: Known, nowMs: number): boolean =>
  Math.min(mapping.startMs ?? -Infinity, odds?.commenceMs ?? -Infinity) <= nowMs

interface Run extends BacktestResult {
  readonly beside: Beside
  /** Opportunities in games to come that were found without doubt: all that a person would look at. */
  readonly toCome: readonly PaperOpportunity[]
}
async function runOf(profile: string): Promise<Run> {
  // the profile that takes any edge shows what it finds without the guards
  const settings = { ...SETTINGS, isGuarded: profile !== 'ANY_EDGE' }
  const beside = new Beside()
  const recording = await readSports(SHARED, PLAYED)
  async function* frames(): AsyncGenerator<Frame, void, undefined> {
    for await (const frame of recording.frames()) {
      if (frame.recvMs >= TO_MS) return
      beside.hear(frame)
      yield frame
    }
  }
  const result = await backtest(frames(), {
    ...options({ name: `sports, ${profile}`, cash: { kalshi: money('10000'), forecastex: money('0') } }),
    ...{ settlements: recording.settlements, edges: { rules: rulesFor(settings, 'backtest', profile), settings } },
  })
  const toCome = result.opportunities.filter((each) => {
    const known = beside.of(each)
    return known?.mapping.status === 'confirmed' && !isBegun(known, each.firstSeenMs)
  })
  return { ...result, beside, toCome }
}
const quantile = (sorted: readonly number[], of: number): number => sorted[Math.floor(sorted.length * of)] ?? NaN

recordings('the sports weeks, traded by the odds of their days', () => {
  const runs = new Map<string, Run>()
  beforeAll(async () => {
    for (const profile of ['STANDARD', 'ANY_EDGE']) runs.set(profile, await runOf(profile))
  }, LONGEST_MS)
  const run = (profile: string): Run => runs.get(profile) as Run

  it('less than half a cent lies between the books and the middle of Kalshi’s prices before the start', () => {
    const gaps = run('STANDARD').beside.gaps.toSorted((a, b) => a - b)
    const shown = [0.5, 0.9, 0.99].map((of) => (quantile(gaps, of) * 100).toFixed(2))
    console.info(`|mid − consensus| of games to come, ${gaps.length} times: median ${shown[0]}c, 90 % ${shown[1]}c, 99 % ${shown[2]}c`)
    expect(gaps.length).toBe(2_445)
    expect(quantile(gaps, 0.5)).toBeLessThan(0.005)
  })

  it.each(['STANDARD', 'ANY_EDGE'])(
    '%s: trades nothing, and every look that showed an edge has its reason (docs/results.md)',
    (profile) => {
      const { opportunities, trades, refused, refusedOpportunities, toCome, ledger } = run(profile)
      console.info(
        `${profile}: ${opportunities.length} opportunities, ${toCome.length} in games to come, ${trades.length} trades; refused ${JSON.stringify(refusedOpportunities)}; looks ${JSON.stringify(refused)}`,
      )
      expect([opportunities.length, toCome.length, trades]).toEqual([49, 1, []])
      // as many reasons as opportunities, and each opportunity has one at least: so each has one
      expect(refusedOpportunities).toEqual({ [EDGE_CHECKS.notStarted]: 48, [EDGE_CHECKS.minEdge]: 1 })
      expect(opportunities.filter(({ outcome }) => outcome === 'taken')).toEqual([])
      expect(ledger.violations).toEqual([])
    },
  )

  it.each(['STANDARD', 'ANY_EDGE'])('%s: what was refused as begun had begun, each of it', (profile) => {
    const { opportunities, toCome, beside } = run(profile)
    const others = opportunities.filter((each) => !toCome.includes(each)).map((each) => ({ each, known: beside.of(each) }))
    expect(others).toHaveLength(48)
    expect(others.filter(({ each, known }) => !known || known.mapping.status !== 'confirmed' || !isBegun(known, each.firstSeenMs))).toEqual(
      [],
    )
  })
})

describe('an edge that is traded', () => {
  const begunMs = later(-60_000)
  it.each([
    ['in a game to come', {}, {}, null],
    ['but for its game, that has begun', { startMs: begunMs }, { commenceMs: begunMs }, EDGE_CHECKS.notStarted],
    ['but for its game, that nobody has confirmed: it is of another day', { status: 'review' }, {}, EDGE_CHECKS.mapping],
  ] as const)('%s', async (_what, mapping, odds, refusal) => {
    const { trades, refusedOpportunities } = await new Game(LIMITS, 1_000, mapping).bought(odds).run()
    expect(trades).toHaveLength(refusal === null ? 1 : 0)
    if (refusal !== null) expect(refusedOpportunities).toEqual({ [refusal]: 1 })
  })
})
