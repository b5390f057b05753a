import { ownerLines, readOwners, readStatus, type KalshiState, type StatusReport } from '../../operator/status'
import { pingRedis } from '../../wiring/stores'
import { clockTime, dollars, print, printJson, table } from '../render'
import { withConnections } from './session'

export async function status(json: boolean): Promise<void> {
  await withConnections(async ({ database, temporal, config }) => {
    const report = await readStatus({ database, temporal, endpoints: config.endpoints, pingRedis })
    const owners = await readOwners(temporal)
    const lines = owners === null ? [] : ownerLines(owners)
    if (json) printJson({ ...report, owners })
    else print([statusText(report), ...(lines.length === 0 ? [] : [`owners:\n${lines.join('\n')}`])].join('\n\n'))
  })
}

interface Quantiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly count: number
}

/** The status as a person reads it. */
export function statusText(report: StatusReport): string {
  const { services, feeds, halts, bars, openTrades, positions, cashMicros, latency, streaming, kalshi } = report
  const ms = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} ms`)
  const parts = [
    table(
      ['service', 'state', 'latency', ''],
      services.map(({ name, state, latencyMs, detail }) => [name, state, ms(latencyMs), detail]),
      [2],
    ),
    table(
      ['feed', 'state', 'confirmed'],
      feeds.map(({ venue, state, confirmedAgeMs }) => [venue, state, confirmedAgeMs === null ? 'never' : `${confirmedAgeMs} ms ago`]),
    ),
    streaming === null
      ? 'the streaming process does not answer'
      : `streaming: ${streaming.role}, lease epoch ${streaming.leaseEpoch ?? 'none'}, client id ${streaming.clientId}, gateway ${streaming.gateway}`,
    ...(kalshi === null ? [] : [kalshiText(kalshi)]),
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
