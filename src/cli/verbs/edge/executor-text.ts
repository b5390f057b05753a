import type { Arming } from '../../../core/risk/arming'
import type { EdgeCounters } from '../../../operator/executor/counters'
import type { ExecutorReport, RunningEdge } from '../../../operator/executor/run'
import type { ExecutorStatus } from '../../../operator/executor/status'
import { clockTime, dollars, table } from '../../render'

const MS_PER_S = 1_000

/** Of a few lines, to be shown again and again. */
export function countersText({ desk, trades, refusedMost, credits }: EdgeCounters): string {
  const looks =
    desk === null
      ? 'the streaming process tells nothing of edges: their counters are not known'
      : `${desk.watched} markets, ${desk.looks} looks, ${desk.found} found; odds ${age(desk.oddsAgeMs)}, told ${desk.odds} times`
  const ends = Object.entries(trades.outcomes).map(([name, n]) => `${n} ${name}`)
  const throttle = desk?.throttle ?? null
  return [
    looks,
    ...(throttle === null ? [] : [`calibration leaves ${throttle}`]),
    `refused most: ${refusedMost.map(({ reason, looks: n }) => `${reason} ${n}`).join(', ') || 'nothing'}`,
    `trades: ${ends.join(', ') || 'none'}; realised ${dollars(trades.realisedMicros)}, at stake ${dollars(trades.atStakeMicros)}`,
    `credits of the odds left: ${credits ?? 'not known'}`,
  ].join('\n')
}
const age = (ms: number | null): string => (ms === null ? 'none yet' : `${Math.floor(ms / MS_PER_S)} s old`)

/** "edge armed by me for sim, profile STANDARD, 3 of 10 signals, until 12:00:15.000 unless renewed" */
export const armingText = ({ by, mode, profile, trades, maxTrades, untilMs }: Arming): string =>
  `edge armed by ${by.name} for ${mode}, profile ${profile}, ${trades}${maxTrades === null ? '' : ` of ${maxTrades}`} signals, until ${clockTime(untilMs)} unless renewed`

export function reportText({ end, why, disarmed, untilMs, counters, running, armedMs, endedMs }: ExecutorReport): string {
  const seconds = Math.round((endedMs - armedMs) / MS_PER_S)
  const off = disarmed ? 'disarmed' : `not disarmed: it runs out at ${clockTime(untilMs)}`
  return [
    `${off} after ${seconds} s: ${why ?? end}`,
    ...(counters === null ? ['what it has done is not known'] : [countersText(counters)]),
    runningText(running),
  ].join('\n')
}

export function statusText({ arming, refused, counters, running }: ExecutorStatus): string {
  const state = refused === null ? [] : [`no edge becomes a trade: ${refused.actual} (wanted: ${refused.limit})`]
  const newest = arming === null ? [] : [refused === null ? armingText(arming) : lastText(arming)]
  return [...state, ...newest, ...(counters === null ? [] : [countersText(counters)]), runningText(running)].join('\n')
}
const lastText = ({ by, mode, profile, armedMs, trades }: Arming): string =>
  `armed last by ${by.name} at ${clockTime(armedMs)} for ${mode}, profile ${profile}: ${trades} signals`

function runningText(running: readonly RunningEdge[] | null): string {
  if (running === null) return 'whether trades of the edge go on is not known, the ledger did not say: `crossbook trades` when it answers'
  if (running.length === 0) return 'no trade of the edge goes on'
  const rows = running.map(({ tradeId, market, state }) => [tradeId, market, state])
  return `these go on to their end by themselves:\n${table(['trade', 'market', 'state'], rows)}`
}
