import { openBreaks, type OpenBreaks } from '../../operator/breaks/list'
import { countFacts, factsLine } from '../../operator/facts'
import { ownerLines, readOwners } from '../../operator/health/owners'
import { readStatus, type KalshiState, type QuotesState, type StatusReport } from '../../operator/status'
import { drillLine, readLastDrill } from '../../operator/drills/drills'
import { systemClock } from '../../wiring/clock'
import { pingRedis } from '../../wiring/stores'
import { clockTime, dollars, print, printJson, table } from '../render'
import { withConnections } from './session'

export async function status(json: boolean): Promise<void> {
  await withConnections(async ({ database, temporal, config }) => {
    const report = await readStatus({ database, temporal, endpoints: config.endpoints, pingRedis })
    const owners = await readOwners(temporal)
    const lines = owners === null ? [] : ownerLines(owners)
    const facts = await countFacts(database, systemClock().nowMs()).catch((error: Error) => error)
    const isUnread = facts instanceof Error
    const factsText = isUnread ? `facts about the venues cannot be read: ${facts.message}` : factsLine(facts)
    const breaks = await openBreaks(database, systemClock().nowMs()).catch(() => null)
    const drill = await readLastDrill(database).catch(() => null) // Postgres is down; its service line says so
    const parts = [
      statusText(report),
      ...breakLines(breaks),
      ...(lines.length === 0 ? [] : [`owners:\n${lines.join('\n')}`]),
      factsText,
      drillLine(drill),
    ]
    if (json) printJson({ ...report, breaks, drill, owners, facts: isUnread ? null : facts })
    else print(parts.join('\n\n'))
  })
}

interface Quantiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly count: number
}

/** Open breaks with the age of the oldest; silence when there is none. */
function breakLines(breaks: OpenBreaks | null): readonly string[] {
  if (breaks === null || breaks.open === 0) return []
  const age = Math.floor((breaks.oldestAgeMs ?? 0) / MS_PER_MINUTE)
  const rows = breaks.oldest.map(({ id, venue, kind, owner, detail }) => [String(id), venue, kind, owner ?? 'nobody', detail])
  return [`open breaks: ${breaks.open}, the oldest for ${age} min`, table(['break', 'venue', 'kind', 'owner', 'what'], rows, [0])]
}
const MS_PER_MINUTE = 60_000

/** The status as a person reads it. */
export function statusText(report: StatusReport): string {
  const { services, feeds, halts, bars, openTrades, positions, cashMicros, latency, streaming, kalshi, quotes, questions } = report
  const ms = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} ms`)
  const parts = [
    table(
      ['service', 'state', 'latency', ''],
      services.map(({ name, state, latencyMs, detail }) => [name, state, ms(latencyMs), detail]),
      [2],
    ),
    table(
      ['feed', 'state', 'confirmed'],
      feeds.map(({ venue, state, confirmedAgeMs }) => [venue, state, confirmedAgeMs === null ? '–' : `${confirmedAgeMs} ms ago`]),
    ),
    streamingText(streaming, quotes),
    ...shardLines(report.shards),
    ...(kalshi === null ? [] : [kalshiText(kalshi)]),
    ...(quotes === null ? [] : [quotesText(quotes)]),
    ...closedText(questions),
    halts.length === 0
      ? 'no halt in force'
      : table(
          ['halt', 'by', 'since', 'reason'],
          halts.map(({ scope, by, atMs, reason }) => [scope, by, clockTime(atMs), reason]),
        ),
    ...(bars.length === 0
      ? []
      : [
          table(
            ['nothing opens', 'by', 'reason'],
            bars.map(({ venue, market, by, reason }) => [market === null ? venue : `${venue} ${market}`, by, reason]),
          ),
        ]),
    `open trades: ${openTrades}`,
    opportunitiesText(report),
    ...edgesText(report.edges),
    table(
      ['cash (free and reserved)', 'ledger'],
      Object.entries(cashMicros).map(([venue, micros]) => [venue, dollars(micros)]),
      [1],
    ),
    ...(positions.length === 0
      ? []
      : [
          table(
            ['position', 'side', 'contracts', 'cost'],
            positions.map((p) => [`${p.venue} ${p.market}`, p.side, p.quantity, dollars(p.costMicros)]),
            [2, 3],
          ),
        ]),
    table(
      ['latency', 'p50', 'p90', 'p99', 'count'],
      Object.entries(latency as Record<string, Quantiles>).map(([name, q]) => [name, ms(q.p50), ms(q.p90), ms(q.p99), String(q.count)]),
      [1, 2, 3, 4],
    ),
  ]
  return parts.join('\n\n')
}

/** Silence where edges are off. */
function edgesText(edges: StatusReport['edges']): readonly string[] {
  if (edges === null) return []
  const { armed, profile, watched, looks, found, oddsAgeMs } = edges
  const age = oddsAgeMs === null ? 'no odds yet' : `newest odds ${Math.round(oddsAgeMs / MS_PER_SECOND)} s old`
  return [`edges (${profile}): ${armed ?? 'armed'}; ${watched} markets watched, ${age}, ${looks} looks, ${found} found`]
}
const MS_PER_SECOND = 1_000

/** Names beyond these refuse seldom; `--json` has all. */
const REASONS_SHOWN = 3

/** "opportunities: 12 taken, 3 refused, 1 open; looks refused most by: pair not in flight 24, cool-down 2" */
export function opportunitiesText({ opportunities, refusals }: Pick<StatusReport, 'opportunities' | 'refusals'>): string {
  const ends = Object.entries(opportunities).flatMap(([end, count]) => (count > 0 ? [`${count} ${end}`] : []))
  const reasons = Object.entries(refusals).toSorted(([, a], [, b]) => b - a)
  const most = reasons.slice(0, REASONS_SHOWN).map(([name, count]) => `${name} ${count}`)
  return `opportunities: ${ends.join(', ') || 'none'}${most.length === 0 ? '' : `; looks refused most by: ${most.join(', ')}`}`
}

/** One line for each shard where several run side by side: "shard second: trading 4 pairs, lease epoch 3, client id 17". */
export const shardLines = (shards: StatusReport['shards']): readonly string[] =>
  shards.map(({ name, pairs, streaming }) => {
    if (streaming === null) return `shard ${name}: its streaming process does not answer`
    const { role, reason, leaseEpoch, clientId } = streaming
    const why = reason === null ? '' : ` (${reason})`
    return `shard ${name}: ${role}${why}, ${pairs} pairs, lease epoch ${leaseEpoch ?? 'none'}, client id ${clientId}`
  })

/** What the gateway says of quotes is said once, with the contracts that have none. */
export function streamingText(streaming: StatusReport['streaming'], quotes: QuotesState | null): string {
  if (streaming === null) return 'the streaming process does not answer'
  const { role, reason, leaseEpoch, clientId, gateway, trouble } = streaming
  const known = `streaming: ${role}${reason === null ? '' : ` (${reason})`}, lease epoch ${leaseEpoch ?? 'none'}, client id ${clientId}`
  if (trouble === null) return `${known}, gateway ${gateway}`
  const isBelow = trouble === 'not-quoted' && quotes !== null && quotes.withheld.length > 0
  return isBelow ? `${known}, gateway up, without live quotes` : `${known}\nIB Gateway: ${gateway}`
}

/** "Kalshi trades; its clock is 12 ms ahead, give or take 30 ms; 2 windows without trading announced; frames: 800 scanned, 3 shape" */
function kalshiText({ exchange, clock, announcedWindows, scanned }: KalshiState): string {
  const trades =
    exchange === null
      ? 'Kalshi has not told whether it trades'
      : `Kalshi ${exchange.tradingActive && exchange.exchangeActive ? 'trades' : 'does not trade'}`
  const time =
    clock === null
      ? 'its clock is not measured yet'
      : `its clock is ${Math.abs(clock.offsetMs)} ms ${clock.offsetMs < 0 ? 'behind' : 'ahead'}, give or take ${Math.ceil(clock.uncertaintyMs)} ms`
  const windows = announcedWindows === null ? 'its schedule is not known' : `${announcedWindows} windows without trading announced`
  const frames = Object.entries(scanned).flatMap(([how, count]) => (count > 0 ? [`${count} ${how}`] : []))
  return [trades, time, windows, `frames: ${frames.join(', ') || 'none'}`].join('; ')
}

/** Closed is no fault, and said as what it is: "ForecastEx: 3 of 12 questions closed by the daily reset of IBKR until 06:45:00.000" */
export function closedText(questions: StatusReport['questions']): readonly string[] {
  const reasons = new Map<string, number>()
  for (const { closedBy, untilMs } of questions) {
    if (closedBy === null) continue
    const why = `${closedBy}${untilMs === null ? '' : ` until ${clockTime(untilMs)}`}`
    reasons.set(why, (reasons.get(why) ?? 0) + 1)
  }
  return [...reasons].map(([why, count]) => `ForecastEx: ${count} of ${questions.length} questions closed by ${why}`)
}

/** What is the same of many contracts is said once, with the first of them. */
export function quotesText({ lines, beyondLines, withheld, unlisted, probes, complements, depth }: QuotesState): string {
  const compared = `compared: ${probes.agreed} agreed, ${probes.differed} differed, ${probes.unanswered} unanswered`
  const pairs =
    complements === null
      ? ''
      : `; asks that fit the other outcome's bid: ${complements.agreeing} of ${complements.agreeing + complements.differing}`
  const deep = depth === null ? '' : `; depth of ${depth.books} books`
  const without = [
    ...withheld.map(({ market, outcome, why }) => ({ where: `${market} ${outcome}`, why })),
    ...unlisted.map(({ market, why }) => ({ where: market, why })),
    ...beyondLines.map((market) => ({
      where: market,
      why: `the ${lines.of} market data lines do not suffice (forecastex.market_data_lines)`,
    })),
    ...(depth?.refusal ? [{ where: 'depth', why: depth.refusal }] : []),
  ]
  const reasons = new Map<string, string[]>()
  for (const { where, why } of without) reasons.set(why, [...(reasons.get(why) ?? []), where])
  return [
    `ForecastEx quotes: ${lines.used} of ${lines.of} lines; ${compared}${pairs}${deep}`,
    ...[...reasons].map(([why, [first, ...more]]) => `  ${first}${more.length > 0 ? ` and ${more.length} more` : ''}: ${why}`),
  ].join('\n')
}
