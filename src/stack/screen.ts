import type { Mode } from '../core/trade/plan'
import type { TradeView } from '../operator/trades'
import type { StatusReport } from '../operator/status'
import { clockTime, dollars, table } from '../cli/render'

export interface ScreenLinks {
  readonly temporalUi: string | null
  readonly questdb: string | null
}
export interface TapeState {
  readonly file: string
  readonly state: string
  readonly progress: number
}

const SHOWN_TRADES = 12

/** What each mode trades with: the first thing that whoever looks has to know. */
const TITLES: Readonly<Record<Mode, string>> = {
  sim: 'simulated venues, prices that were really paid (prints are not quotes)',
  paper: 'mode PAPER: real feeds, orders on paper that no venue sees',
  observe: 'mode OBSERVE: real feeds, nothing is traded',
  demo: "mode DEMO: Kalshi's demo venue and a paper account at IBKR",
  live: 'mode LIVE: REAL MONEY',
}
/** @param isSimulated whether the feeds are */
export const titleText = (mode: Mode, isSimulated: boolean): string =>
  `CROSSBOOK — ${isSimulated ? TITLES[mode].replace('real feeds', 'simulated feeds') : TITLES[mode]}`

/** One screen of text: what happens, and where to look. */
export function screenText(
  title: string,
  status: StatusReport,
  trades: readonly TradeView[],
  tapes: readonly TapeState[],
  links: ScreenLinks,
): string {
  return [
    title,
    '',
    serviceLine(status),
    feedLine(status, tapes),
    summary(trades),
    '',
    trades.length === 0 ? 'no trades yet' : tradeTable(trades.slice(0, SHOWN_TRADES)),
    '',
    whereToLook(links),
  ].join('\n')
}

const serviceLine = ({ services }: StatusReport): string =>
  services.map(({ name, state }) => `${name} ${state === 'up' ? '✓' : state}`).join('  ')

function feedLine({ feeds, latency }: StatusReport, tapes: readonly TapeState[]): string {
  const tape = tapes[0]
  const wire = latency['detectionToWireMs'] as { p50: number | null; p99: number | null; count: number } | undefined
  const parts = [
    ...feeds.map(({ venue, state, confirmedAgeMs }) => `${venue} ${state}${confirmedAgeMs === null ? '' : ` (${confirmedAgeMs} ms)`}`),
    ...(tape ? [`tape ${tape.state} ${Math.round(tape.progress * 100)} %`] : []),
    ...(wire?.p50 !== null && wire?.p50 !== undefined
      ? [`detection→wire p50 ${wire.p50.toFixed(1)} ms, p99 ${(wire.p99 ?? 0).toFixed(1)} ms, n ${wire.count}`]
      : []),
  ]
  return parts.join('  ')
}

/** "27 locked, 2 refused · guaranteed or realised $12.30": all trades of the screen's source. */
export function summary(trades: readonly TradeView[]): string {
  const counts = new Map<string, number>()
  for (const { outcome } of trades) counts.set(outcome ?? 'open', (counts.get(outcome ?? 'open') ?? 0) + 1)
  const pnl = trades.reduce((sum, { pnlMicros }) => sum + pnlMicros, 0)
  const named = [...counts].map(([name, n]) => `${n} ${name}`).join(', ')
  return `trades: ${named || 'none'} · P&L ${dollars(pnl)}`
}

const tradeTable = (trades: readonly TradeView[]): string =>
  table(
    ['started', 'trade', 'pair', 'outcome', 'contracts', 'P&L', ''],
    trades.map((t) => [
      clockTime(t.startedAt),
      t.tradeId,
      t.pair,
      t.outcome ?? `(${t.state})`,
      t.quantity,
      dollars(t.pnlMicros),
      t.pnlKind,
    ]),
    [4, 5],
  )

/** The addresses and commands a person tries next. */
export function whereToLook({ temporalUi, questdb }: ScreenLinks): string {
  return [
    'Where to look',
    `  each trade's saga   ${temporalUi ?? '(the Temporal server of your own)'}`,
    `  the record          ${questdb ?? 'history is off'}`,
    '  from another shell  npx crossbook status · npx crossbook trades · npx crossbook trade <id> · npx crossbook ledger verify',
    '  stop                Ctrl-C (everything that was started here, and nothing else)',
  ].join('\n')
}
