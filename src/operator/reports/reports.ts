import { assertNever } from '../../core/assert'
import { auditFindings } from '../../core/report/audit/findings'
import { calibrationFindings } from '../../core/report/calibration/findings'
import { capitalFindings } from '../../core/report/capital'
import { isEdge, missedFindings } from '../../core/report/missed'
import { pnlFindings, type Grouping } from '../../core/report/pnl'
import type { Findings, Report, ReportKind } from '../../core/report/document'
import { knownOr, type Recorded } from '../../core/report/record'
import { sessionFindings } from '../../core/report/session'
import type { Span } from '../../core/report/span'
import type { ShadowGroup } from '../../core/report/shadows/compare'
import type { AssumedWays } from '../../core/report/shadows/findings'
import { taxFindings } from '../../core/report/tax'
import type { CalibrationGroup, Claim } from '../../core/stats/calibration'
import type { Millis } from '../../core/units'
import { readYesPaid } from '../../stores/postgres/calibration/ends'
import { readChain, sha256 } from '../../stores/postgres/proof/audit'
import { readBreaks, readCapitalMoves, readChanged, readDeposits, readHaltOrders, readRefused } from '../../stores/postgres/reports/events'
import type { Database } from '../../stores/postgres/pool'
import { readLedgerResults, readLotEvents } from '../../stores/postgres/reports/lots'
import { readPairEnds } from '../../stores/postgres/reports/ends'
import { inSnapshot } from '../../stores/postgres/reports/snapshot'
import { readReported } from '../../stores/postgres/reports/trades'
import { answeredAt, executionOf } from './execution'
import { paperLiveOf } from './paper-live'
import type { RecordReader } from './record'

/** What reports are made from: the ledger at one moment, and the record of what was seen. */
export interface Sources {
  readonly database: Database
  readonly record: RecordReader
  /** What was claimed in a time, with what became of it. */
  readonly claims: (span: Span) => Promise<Recorded<readonly Claim[]>>
  /** As configured: what a paper venue waits. */
  readonly assumed: AssumedWays
}
type Read = Pick<Sources, 'database' | 'record'>
export interface Wish {
  readonly kind: ReportKind
  readonly span: Span
  /** Of `pnl`. */
  readonly by: Grouping
  /** Of `calibration`. */
  readonly calibratedBy: CalibrationGroup
  /** Of `paper-live`. */
  readonly comparedBy: ShadowGroup
}

export const REPORT_TITLES: Readonly<Record<ReportKind, string>> = {
  session: 'Session',
  pnl: 'Profit and loss',
  execution: 'Cost of execution',
  tax: 'Lots, fees, coupons and interest',
  capital: 'Use of capital',
  missed: 'What was missed',
  calibration: 'Calibration',
  'paper-live': 'Paper and live',
  audit: 'Audit',
}

/** Makes one report. @throws LedgerUnreachable; whatever the record does not tell is said in the report. */
export async function makeReport(sources: Sources, wish: Wish, madeAtMs: Millis): Promise<Report> {
  const { kind, span } = wish
  return { kind, title: REPORT_TITLES[kind], span, madeAtMs, ...(await findingsOf(sources, wish, madeAtMs)) }
}

async function findingsOf(sources: Sources, { kind, span, by, calibratedBy, comparedBy }: Wish, nowMs: Millis): Promise<Findings> {
  const { database, record, claims, assumed } = sources
  switch (kind) {
    case 'session':
      return sessionOf({ database, record }, span)
    case 'pnl':
      return pnlFindings(await inSnapshot(database, (snapshot) => readReported(snapshot, span)), by)
    case 'execution':
      return executionOf((await inSnapshot(database, (snapshot) => readReported(snapshot, span))).trades, record, span)
    case 'tax':
      return taxOf(database, span, nowMs)
    case 'capital':
      return capitalOf({ database, record }, span, nowMs)
    case 'missed':
      return missedOf({ database, record }, span)
    case 'calibration':
      return calibrationFindings(await claims(span), calibratedBy)
    case 'paper-live':
      return paperLiveOf({ database, record, assumed }, span, nowMs, comparedBy)
    case 'audit':
      return auditFindings({ span, chain: await inSnapshot(database, readChain), hashOf: sha256 })
    default:
      return assertNever(kind)
  }
}

async function missedOf({ database, record }: Read, span: Span): Promise<Findings> {
  const margins = await record.margins(span)
  const edges = new Set(
    knownOr(margins, [])
      .filter(isEdge)
      .map(({ pair }) => pair),
  )
  const ended = await inSnapshot(database, async (snapshot) => ({
    ends: await readPairEnds(snapshot),
    yesPaid: await readYesPaid(snapshot, [...edges]),
  }))
  return missedFindings({ margins, ...ended })
}

async function taxOf(database: Database, span: Span, nowMs: Millis): Promise<Findings> {
  const booked = await inSnapshot(database, async (snapshot) => ({
    events: await readLotEvents(snapshot),
    ledger: await readLedgerResults(snapshot),
  }))
  return taxFindings({ span, nowMs, ...booked })
}

async function capitalOf({ database, record }: Read, span: Span, nowMs: Millis): Promise<Findings> {
  const booked = await inSnapshot(database, async (snapshot) => ({
    trades: (await readReported(snapshot, span)).trades,
    moves: await readCapitalMoves(snapshot),
    events: await readLotEvents(snapshot),
    deposits: await readDeposits(snapshot),
  }))
  return capitalFindings({ span, nowMs, ...booked, answered: await answeredAt(booked.trades, record, span) })
}

async function sessionOf({ database, record }: Read, span: Span): Promise<Findings> {
  const booked = await inSnapshot(database, async (snapshot) => ({
    results: await readReported(snapshot, span),
    refused: await readRefused(snapshot, span),
    changed: await readChanged(snapshot, span),
    moves: await readCapitalMoves(snapshot),
    halts: await readHaltOrders(snapshot, span),
    breaks: await readBreaks(snapshot, span),
  }))
  const [margins, steps, ticked] = [await record.margins(span), await record.steps(span), await record.ticked(span)]
  return sessionFindings({ span, ...booked, margins, steps, ticked, feeds: await record.feeds(span) })
}
