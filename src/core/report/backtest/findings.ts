import { formatMoney, money, NO_MONEY } from '../../units'
import { figure, type Chart, type Figure, type Findings, type Report } from '../document'
import { ratioOf, sumOf } from '../quantiles'
import { calibrationChart, calibrationTable, edgesChart, edgesTable, isTried } from './calibration'
import { fillsChart, fillsTable, ordersTable } from './fills'
import type { BacktestResult } from './result'
import { saleFigures, salesTable, saleSums } from './sales'
import { livesChart, livesTable, seenTable } from './seen'
import { isCash, LABELS, pnlPerContract, refusals, totalFees, totalPnl, winRate, yearlyOf } from './sums'
import { labelsTable, pairsTable, refusedTable, runTable, tradesTable } from './tables'

/** What trading over a recording came to, for persons: figures, tables (the first one the trades, for CSV) and charts. */
export function backtestFindings(result: BacktestResult): Findings {
  const { trades, opportunities } = result
  return {
    figures: [...moneyFigures(result), ...tradeFigures(result), ...saleFigures(trades), ...ledgerFigures(result)],
    tables: [
      tradesTable(trades),
      pairsTable(result),
      labelsTable(trades),
      salesTable(trades),
      fillsTable(trades),
      refusedTable(result),
      calibrationTable(trades),
      edgesTable(trades),
      livesTable(opportunities),
      seenTable(opportunities),
      ordersTable(trades),
      runTable(result),
    ],
    charts: [
      equityChart(result),
      livesChart(opportunities),
      fillsChart(trades),
      {
        kind: 'bars',
        title: 'Opportunities refused, by check or gate',
        unit: 'count',
        bars: refusals(result).map(({ reason, opportunities }) => ({ label: reason, value: opportunities })),
      },
      calibrationChart(trades),
      edgesChart(trades),
    ],
    notes: [...result.caveats, ...notesOf(result)],
    violations: violationsOf(result),
  }
}

/** The report of it: {@link backtestFindings} under the frames' name and span. */
export const backtestReport = (result: BacktestResult, madeAtMs: number): Report => ({
  kind: 'backtest',
  title: `Backtest of ${result.name}`,
  span: { fromMs: result.fromMs, toMs: result.toMs },
  madeAtMs,
  ...backtestFindings(result),
})

function tradeFigures({ opportunities, trades }: BacktestResult): readonly Figure[] {
  return [
    figure('opportunities', 'opportunities seen', 'count', opportunities.length),
    figure('trades', 'trades decided', 'count', trades.length),
    ...LABELS.map(({ label, key }) => figure(key, `of them ${label}`, 'count', trades.filter((trade) => trade.label === label).length)),
    figure('unfinished', 'of them not ended', 'count', trades.filter(({ label }) => label === null).length),
  ]
}

function moneyFigures(result: BacktestResult): readonly Figure[] {
  const { pnl, capitalMost, trades, fromMs, toMs } = result
  return [
    figure('pnl', 'P&L in all', 'money', totalPnl(result)),
    figure('realised', 'of it realised', 'money', pnl.realised),
    figure('guaranteed', 'of it guaranteed by locked pairs', 'money', pnl.guaranteed),
    figure('open', 'of it open', 'money', pnl.open),
    figure('fees', 'fees, in it', 'money', totalFees(result)),
    figure('capitalMost', 'capital, most at once', 'money', capitalMost),
    figure('returnOnMost', 'P&L on that', 'ratio', ratioOf(totalPnl(result), capitalMost)),
    figure('winRate', 'trades that won', 'ratio', winRate(trades)),
    figure('perContract', 'P&L for a locked contract', 'money', pnlPerContract(result)),
    figure('covered', 'time covered', 'duration', toMs - fromMs),
    figure('yearly', 'a year, on what was tied up', 'ratio', yearlyOf(trades)),
  ]
}

function ledgerFigures({ messages, ledger }: BacktestResult): readonly Figure[] {
  return [
    figure('messages', 'messages', 'count', messages),
    figure('transfers', 'transfers in the ledger', 'count', ledger.transfers),
    figure('ledgerSum', 'sum of the ledger', 'money', ledger.sumMicros),
    figure('ledgerViolations', 'violations of the ledger', 'count', ledger.violations.length),
  ]
}

/**
 * From nothing at the first frame to the last one. What was paid after that stands at the end: frames of an hour whose payouts came days later would
 * else be a line at the left edge.
 */
function equityChart({ equity, fromMs, toMs }: BacktestResult): Chart {
  const [first] = equity
  const start = first !== undefined && first.atMs > fromMs ? [{ atMs: fromMs, pnl: NO_MONEY }] : []
  return {
    kind: 'steps',
    title: 'Realised P&L, fees included',
    unit: 'money',
    steps: [...start, ...equity].map(({ atMs, pnl }) => ({ atMs: Math.min(atMs, toMs), value: pnl })),
    untilMs: toMs,
  }
}

function notesOf({ trades, equity, toMs }: BacktestResult): readonly string[] {
  const count = (of: (trade: BacktestResult['trades'][number]) => boolean): number => trades.filter(of).length
  const running = count(({ endedMs }) => endedMs === null)
  const guaranteed = count(({ pnlKind }) => pnlKind === 'guaranteed')
  const untried = trades.length - count(isTried)
  const cash = count(isCash)
  const later = equity.filter(({ atMs }) => atMs > toMs).length
  return [
    yearlyOf(trades) === null
      ? 'There is no yearly return: no contract that was held has been paid.'
      : `The yearly return is of ${cash} trades that are cash, on what those that were paid had tied up for at least a day each: idle cash is not in it, and other days have other markets.`,
    ...(running === 0 ? [] : [`Trades that had not ended when the frames did: ${running}. Theirs is what they had come to by then.`]),
    ...(guaranteed === 0 ? [] : [`Trades that wait for their payout: ${guaranteed}. They count with the least that their pairs pay.`]),
    ...(later === 0 ? [] : [`Changes of P&L after the last frame: ${later}. The curve has them at its end.`]),
    'An opportunity counts once by each check or gate that refused any look of it, one that was taken in the end too. Looks are made again and again while it lasts.',
    'A trade has won when its P&L is above zero, of those that bought something, ended, and hold nothing unmatched.',
    ...(saleSums(trades).trades === 0
      ? []
      : [
          'What holding would have been paid is by the result of the market alone: what the cash of a sale has opened since is in the P&L.',
        ]),
    ...(untried === 0 ? [] : [`Trades that sent no order or had not ended: ${untried}. The prediction of fills is not held against them.`]),
  ]
}

function violationsOf(result: BacktestResult): readonly string[] {
  const { trades, ledger } = result
  const ofTrades = money(sumOf(trades, ({ pnl }) => pnl))
  return [
    ...ledger.violations,
    ...(ledger.sumMicros === 0 ? [] : [`the ledger sums to $${formatMoney(money(ledger.sumMicros))}, not to nothing`]),
    ...(ofTrades === totalPnl(result)
      ? []
      : [`the trades make $${formatMoney(ofTrades)}, realised, guaranteed and open together $${formatMoney(totalPnl(result))}`]),
  ]
}
