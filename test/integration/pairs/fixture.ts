import { createHash } from 'node:crypto'
import { marketId, type Venue } from '../../../src/core/ids'
import type { Condition, Proposition, Reading } from '../../../src/core/market/proposition'
import { millis, type Millis } from '../../../src/core/units'
import { approvePair, type Approval } from '../../../src/stores/postgres/pairs/approvals'
import type { Refused } from '../../../src/stores/postgres/pairs/certificates'
import { saveProposal, type PairProposal, type SavedProposal } from '../../../src/stores/postgres/pairs/proposals'
import { saveReadings, type MarketReading } from '../../../src/stores/postgres/pairs/readings'
import type { CertificateRecord } from '../../../src/stores/postgres/pairs/registry'
import { NEVER, NOW, type TestLedger } from '../ledger/support/ledger'

export const TICKER = marketId('KXU3-25MAR-T4.1')
export const QUESTION = marketId('710000003')
/** What a proposal of these two markets is called. */
export const ID = 'kxu3-25mar-t4.1.710000003'
export const CLOSES = millis(NOW + 30 * 86_400_000)
export const INGEST = { name: 'ingest', role: 'system' } as const
export const ADA = { name: 'ada', role: 'approver' } as const
export const BOB = { name: 'bob', role: 'approver' } as const

export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
/** The least that two texts can say and be of class S0. */
export const KEY: Proposition = {
  ...{ statistic: 'us-u3', adjustment: 'adjusted', source: { agency: 'BLS', document: 'Employment Situation' }, period: '2025-03' },
  condition: { kind: 'threshold', operator: '>', threshold: '4.1' },
  ...{ grid: '0.1', rounding: '0.1', revision: 'first-print', measured: { date: '2025-04-04', zone: 'America/New_York' } },
  ...{ fallback: 'not released by 2025-05-02: no', branches: [] },
}
export const above = (threshold: string): Condition => ({ kind: 'threshold', operator: '>', threshold })
export const read = (change: Partial<Proposition> = {}): Reading => ({ kind: 'read', proposition: { ...KEY, ...change } })

export const reading = (venue: Venue, change: Partial<MarketReading> = {}): MarketReading => ({
  ...{ venue, market: venue === 'kalshi' ? TICKER : QUESTION, title: 'Unemployment above 4.1 % in March 2025?', closeMs: CLOSES },
  ...{ text: `the rules of ${venue}`, reading: read() },
  ...change,
})
export const proposal = (change: Partial<PairProposal> = {}): PairProposal => ({
  ...{ kalshiMarket: TICKER, forecastexMarket: QUESTION, question: 'Unemployment above 4.1 %', class: 'S0', polarity: 'same', states: [] },
  keys: { kalshi: KEY, forecastex: KEY },
  rules: { kalshi: sha256('the rules of kalshi'), forecastex: sha256('the rules of forecastex') },
  ...{ similarity: 9_000, because: ['every field is the same'] },
  ...change,
})

/** The steps of a certificate's life, on the ledger of a test. */
export const stepsOn = (ledger: () => TestLedger) => ({
  tell: (readings: readonly MarketReading[] = [reading('kalshi'), reading('forecastex')], atMs: Millis = NOW) =>
    saveReadings(ledger().database, readings, atMs, NEVER),
  propose: (change: Partial<PairProposal> = {}, atMs: Millis = NOW): Promise<SavedProposal> =>
    saveProposal(ledger().database, proposal(change), INGEST, atMs, NEVER),
  approve: (change: Partial<Approval> = {}, by: Parameters<typeof approvePair>[2] = ADA): Promise<CertificateRecord | Refused> =>
    approvePair(
      ledger().database,
      { id: ID, version: 1, approvedFor: 'all', expiresMs: null, evidence: 'read both texts', secondBy: null, mode: 'sim', ...change },
      by,
      NOW,
      NEVER,
    ),
  audited: (): Promise<unknown[]> => ledger().column(`select action from audit where action like 'pair %' order by seq`),
})
