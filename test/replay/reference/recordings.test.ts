import path from 'node:path'
import { readdirSync } from 'node:fs'
import type { BoxPolicy } from '../../../src/core/box/policy'
import type { ReplayOptions } from '../../../src/replay/replay'
import { mulberry32, streamSeed } from '../../../src/core/random'
import { money } from '../../../src/core/units'
import { POLICY } from '../../core/box/fixture'
import { temporaryDirectory } from '../../stores/doubles'
import { readLines, recordings, SHARED } from '../../venues/kalshi/fakes'
import { OPTIONS } from '../reading'
import { compared, type Compared } from './comparison'
import { overlay } from './overlay/play'

const FOLDER = 'kalshi_ws/gold15m'
const SEVERAL_MARKETS = 'kalshi_ws/mlb_20260807_orderbook.ndjson.gz'
/** Another seed is another story on the same recordings. */
const SEED = process.env.CROSSBOOK_SEED ?? 'box'
const isLong = process.env.CROSSBOOK_LONG === '1'
/** A story of seconds; the whole of all recordings takes minutes (CROSSBOOK_LONG=1). */
const SHORT_LINES = 1_000
const SHORT_FILES = 3
/** Frames between two troubles: a story of seconds has as many as a whole one. */
const TROUBLE_EVERY = isLong ? 700 : 20

const POLICIES: readonly BoxPolicy[] = [
  POLICY,
  { ...POLICY, legOrder: 'by-expected-value', completionAllowance: money('0.10') },
  { ...POLICY, legOrderOf: { 'pair-1': 'by-expected-value' }, minProfit: money('0.05'), minAnnualReturn: 20_000 },
  { ...POLICY, legOrder: 'by-expected-value', carry: { kalshi: 32_500, forecastex: 31_400, opportunity: 400_000 } },
  {
    ...POLICY,
    fillPrior: { kalshi: 8_000, forecastex: 9_900 },
    completionAllowance: money('0'),
    persistence: { ms: 250, confirmations: 3 },
  },
]

/** One recording, what happens on it, and how it is judged: all of it follows from the seed. */
function story(file: string): { readonly seed: string; readonly options: ReplayOptions } {
  const seed = `${SEED}|${path.basename(file)}`
  const draw = mulberry32(streamSeed(`${seed}|options`))
  const policy = POLICIES[draw() % POLICIES.length] ?? POLICY
  return { seed, options: { ...OPTIONS, policy, mode: draw() % 2 === 0 ? 'sim' : 'paper', opportunities: false } }
}

const dir = temporaryDirectory()
async function played(file: string): Promise<Compared> {
  const { seed, options } = story(file)
  const lines = readLines(file)
  const written = path.join(dir, `${path.basename(file)}.capture.gz`)
  overlay(written, isLong ? lines : lines.slice(0, SHORT_LINES), seed, TROUBLE_EVERY)
  return compared(written, options)
}

recordings('the plain reference and the hot engine', () => {
  const gold = readdirSync(path.join(SHARED, FOLDER))
    .filter((name) => name.endsWith('.ndjson.gz'))
    .toSorted()
    .map((name) => `${FOLDER}/${name}`)
  const files = [SEVERAL_MARKETS, ...(isLong ? gold : gold.slice(0, SHORT_FILES))]

  it.each(files)(
    `decide the same, decision by decision, on %s (CROSSBOOK_SEED=${SEED})`,
    async (file) => {
      const { difference, report, digests, decisions } = await played(file)
      expect(difference).toBeNull()
      const { findsSha256, decisionsSha256 } = report
      expect(digests).toEqual({ findsSha256, decisionsSha256 })
      expect(report.found + report.refused).toBe(decisions)
      expect(report.unreadable).toBe(0)
    },
    isLong ? 900_000 : 120_000,
  )
})
