import { invariant } from '../../../core/assert'
import type { Operator } from '../../../core/risk/scope'
import { standingAfter, type CalibrationRule, type Finding, type Judged, type Kept, type Standing } from '../../../core/stats/throttle'
import type { Mode } from '../../../core/trade/plan'
import { millis, type Millis } from '../../../core/units'
import { transact, unlessUnreachable, type Database, type Transaction } from '../pool'
import { appendAudit } from '../proof/audit'

const WHOLE_PPM = 1_000_000

export interface FoundRun {
  /** Whoever keeps the same run again changes nothing. */
  readonly run: string
  readonly mode: Mode
  readonly atMs: Millis
  readonly rule: CalibrationRule
  readonly by: Operator
}
/** How a profile stands by the newest run that judged it, and what that found. */
export interface StandingRead extends Standing {
  readonly atMs: Millis
  readonly fromMs: Millis
  readonly verdict: Judged['kind']
  readonly figures: Readonly<Record<string, number | null>>
  /** When a person lifted its throttle since; null: nobody has. */
  readonly liftedMs: Millis | null
}

interface Row {
  readonly profile: string
  readonly atMs: number
  readonly fromMs: number
  readonly verdict: Judged['kind']
  readonly ppm: number
  readonly reasons: readonly string[]
  readonly figures: StandingRead['figures']
  readonly lifted: number | null
}

const COLUMNS = `c.profile, c.at_ms as "atMs", c.from_ms as "fromMs", c.verdict, c.share_ppm as ppm, c.reasons, c.figures,
  (select max(l.at_ms) from calibration_lift l where l.mode = c.mode and l.profile = c.profile and l.at_ms >= c.at_ms) as lifted`
const NEWEST = `select ${COLUMNS} from calibration c where c.mode = $1 and c.profile = $2 order by c.id desc limit 1`

function standingOf({ profile, atMs, fromMs, verdict, ppm, reasons, figures, lifted }: Row): StandingRead {
  const common = { profile, atMs: millis(atMs), fromMs: millis(fromMs), verdict, figures }
  if (lifted !== null) return { ...common, share: 1, reasons: [], liftedMs: millis(lifted) }
  return { ...common, share: ppm / WHOLE_PPM, reasons, liftedMs: null }
}

/** How a profile stands; null: no run has judged it. @throws LedgerUnreachable */
export async function readStanding(database: Pick<Database, 'query'>, mode: Mode, profile: string): Promise<StandingRead | null> {
  const { rows } = await unlessUnreachable(database.query<Row>({ name: 'calibration-standing', text: NEWEST, values: [mode, profile] }))
  return rows[0] ? standingOf(rows[0]) : null
}

/** Every profile that was ever judged. @throws LedgerUnreachable */
export async function readStandings(database: Pick<Database, 'query'>, mode: Mode): Promise<readonly StandingRead[]> {
  const { rows } = await unlessUnreachable(
    database.query<Row>(`select distinct on (c.profile) ${COLUMNS} from calibration c where c.mode = $1 order by c.profile, c.id desc`, [
      mode,
    ]),
  )
  return rows.map(standingOf)
}

/** Profiles that had claimed something when they were judged. @throws LedgerUnreachable */
export async function readJudged(database: Pick<Database, 'query'>, mode: Mode): Promise<ReadonlySet<string>> {
  const { rows } = await unlessUnreachable(
    database.query<{ profile: string }>(`select distinct profile from calibration where mode = $1 and (figures ->> 'claims')::bigint > 0`, [
      mode,
    ]),
  )
  return new Set(rows.map(({ profile }) => profile))
}

/** When the throttle of each profile was lifted last. Claims made before are another profile's. @throws LedgerUnreachable */
export async function readLifts(database: Pick<Database, 'query'>, mode: Mode): Promise<ReadonlyMap<string, Millis>> {
  const { rows } = await unlessUnreachable(
    database.query<{ profile: string; at: Millis }>(
      'select profile, max(at_ms) as at from calibration_lift where mode = $1 group by profile',
      [mode],
    ),
  )
  return new Map(rows.map(({ profile, at }) => [profile, at]))
}

/** Keeps what a run found and what follows from it, audited where a profile's share changes; once, however often it is told. @throws LedgerUnreachable */
export function keepFindings(
  database: Database,
  run: FoundRun,
  findings: readonly Finding[],
  signal: AbortSignal,
): Promise<readonly Kept[]> {
  return transact(database, signal, async (transaction) => {
    await lock(transaction)
    const kept: Kept[] = []
    for (const finding of findings) kept.push(await keepOne(transaction, run, finding))
    return kept
  })
}

async function keepOne(transaction: Transaction, run: FoundRun, { profile, fromMs, judged, figures }: Finding): Promise<Kept> {
  const { mode, atMs, rule, by } = run
  // of a run that is told again, what was before it
  const earlier = await transaction.query<Row>(
    `select ${COLUMNS} from calibration c where c.mode = $1 and c.profile = $2 and c.run <> $3 order by c.id desc limit 1`,
    [mode, profile, run.run],
  )
  const before = earlier.rows[0] ? standingOf(earlier.rows[0]) : null
  const after = standingAfter(before, profile, judged, rule)
  const { rowCount } = await transaction.query(
    `insert into calibration (run, mode, profile, at_ms, from_ms, verdict, share_ppm, reasons, figures) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (run, profile) do nothing`,
    [
      ...[run.run, mode, profile, atMs, fromMs, judged.kind, Math.round(after.share * WHOLE_PPM)],
      ...[JSON.stringify(after.reasons), JSON.stringify(figures)],
    ],
  )
  if (rowCount !== 1) {
    // it was kept before: what was answered then stands, whatever is found now
    const kept = await transaction.query<Row>(`select ${COLUMNS} from calibration c where c.run = $1 and c.profile = $2`, [
      run.run,
      profile,
    ])
    const [row] = kept.rows
    invariant(row !== undefined, 'what conflicts is there')
    return { verdict: row.verdict, figures: row.figures, before, after: standingOf(row) }
  }
  if (after.share !== (before?.share ?? 1)) {
    const detail = { mode, profile, share: after.share, before: before?.share ?? 1, reasons: after.reasons }
    await appendAudit(transaction, by, 'calibration', detail, atMs)
  }
  return { verdict: judged.kind, figures, before, after }
}

/** Runs and lifts follow one another. Who may only add rows to a table may not lock it: this locks a name. */
const lock = (transaction: Transaction): Promise<unknown> =>
  transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', ['calibration'])

/**
 * Lifts the throttle of a profile, audited. Claims made before do not count against it any more.
 * @returns how it stood; null: it is not throttled, and nothing was changed. @throws LedgerUnreachable
 */
export function liftThrottle(
  database: Database,
  {
    mode,
    profile,
    reason,
    by,
    atMs,
  }: { readonly mode: Mode; readonly profile: string; readonly reason: string; readonly by: Operator; readonly atMs: Millis },
  signal: AbortSignal,
): Promise<StandingRead | null> {
  return transact(database, signal, async (transaction) => {
    await lock(transaction)
    const before = await readStanding(transaction, mode, profile)
    if (before === null || before.share === 1) return null
    const liftedMs = Math.max(atMs, before.atMs) // the clock of the run may be ahead of this one
    await transaction.query('insert into calibration_lift (mode, profile, at_ms, by_name, role, reason) values ($1, $2, $3, $4, $5, $6)', [
      ...[mode, profile, liftedMs, by.name, by.role, reason],
    ])
    const { share, reasons } = before
    await appendAudit(transaction, by, 'calibration-lift', { mode, profile, share, reasons, reason }, atMs)
    return before
  })
}
