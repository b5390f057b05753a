import type { Family, Sample } from '../../telemetry/metrics'

const MS_PER_SECOND = 1_000

/** The session with IB Gateway, ForecastEx's quotes over it, and what the orders know of their account. */
export interface MeasuredGateway {
  readonly gateway: {
    readonly session: {
      readonly up: boolean
      readonly conn: number
      readonly lastHeartbeatMs: number | null
      readonly broker: 'connected' | 'lost'
      readonly troubles: readonly { readonly kind: string }[]
      readonly planned: string | null
    }
    readonly messages: { readonly left: number; readonly limit: number }
  }
  quotes(): {
    readonly lines: { readonly used: number; readonly of: number }
    readonly withheld: readonly unknown[]
    readonly unlisted: readonly unknown[]
    readonly beyondLines: readonly unknown[]
    readonly probes: Readonly<Record<'agreed' | 'differed' | 'unanswered', number>>
  }
}
/** null while another process holds the lease: it has the orders. */
export type MeasuredEntry = {
  readonly recovering: string | null
  readonly recoveries: number
  readonly lastRecoveryMs: number | null
  readonly executions: number
} | null

const one = (value: number | null | undefined): readonly Sample[] => (value === null || value === undefined ? [] : [{ value }])
const labelled = (label: string, values: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))

export const gatewayMeasures = (measured: MeasuredGateway, entry: () => MeasuredEntry, nowMs: () => number): readonly Family[] => [
  ...sessionMeasures(measured, nowMs),
  ...quoteMeasures(measured),
  ...entryMeasures(entry),
]

function sessionMeasures({ gateway }: MeasuredGateway, nowMs: () => number): readonly Family[] {
  const state = (what: string, help: string, read: () => boolean): Family => ({
    name: `crossbook_gateway_${what}_state`,
    help,
    type: 'gauge',
    read: () => one(read() ? 1 : 0),
  })
  return [
    state('up', '1 while IB Gateway answers our heartbeats', () => gateway.session.up),
    state('broker_up', '1 while IB Gateway is not known to have lost IBKR', () => gateway.session.broker === 'connected'),
    state('outage_planned', '1 while the calendar explains what is wrong with the session', () => gateway.session.planned !== null),
    {
      name: 'crossbook_gateway_trouble_state',
      help: '1 for each kind of trouble with the session that there is now; the others are left out',
      type: 'gauge',
      labels: ['kind'],
      read: () => labelled('kind', Object.fromEntries(gateway.session.troubles.map(({ kind }) => [kind, 1]))),
    },
    {
      name: 'crossbook_gateway_connections_total',
      help: 'attempts to connect to IB Gateway',
      type: 'counter',
      read: () => one(gateway.session.conn),
    },
    {
      name: 'crossbook_gateway_heartbeat_age_seconds',
      help: 'since IB Gateway last answered a heartbeat on this connection',
      type: 'gauge',
      read: () => {
        const { lastHeartbeatMs } = gateway.session
        return one(lastHeartbeatMs === null ? null : (nowMs() - lastHeartbeatMs) / MS_PER_SECOND)
      },
    },
  ]
}

function quoteMeasures({ quotes }: MeasuredGateway): readonly Family[] {
  return [
    {
      name: 'crossbook_market_data_lines_count',
      help: "the account's market data lines that are this process's",
      type: 'gauge',
      labels: ['state'],
      read: () => {
        const { used, of } = quotes().lines
        return labelled('state', { used, free: of - used })
      },
    },
    {
      name: 'crossbook_quotes_missing_count',
      help: 'ForecastEx: contracts whose quotes are withheld; markets that are not listed, or beyond the lines',
      type: 'gauge',
      labels: ['reason'],
      read: () => {
        const { withheld, unlisted, beyondLines } = quotes()
        return labelled('reason', { withheld: withheld.length, unlisted: unlisted.length, lines: beyondLines.length })
      },
    },
    {
      name: 'crossbook_quote_probes_total',
      help: 'new subscriptions of a quoted contract, by how they compared with the old one',
      type: 'counter',
      labels: ['outcome'],
      read: () => labelled('outcome', quotes().probes),
    },
  ]
}

function entryMeasures(entry: () => MeasuredEntry): readonly Family[] {
  return [
    {
      name: 'crossbook_recovering_state',
      help: '1 while the account at ForecastEx is read after a reconnect and no order leaves',
      type: 'gauge',
      read: () => {
        const known = entry()
        return one(known && (known.recovering === null ? 0 : 1))
      },
    },
    {
      name: 'crossbook_recoveries_total',
      help: 'how often the account at ForecastEx was known again after a reconnect',
      type: 'counter',
      read: () => one(entry()?.recoveries),
    },
    {
      name: 'crossbook_recovery_last_seconds',
      help: 'how long that took the last time',
      type: 'gauge',
      read: () => {
        const lastMs = entry()?.lastRecoveryMs ?? null
        return one(lastMs === null ? null : lastMs / MS_PER_SECOND)
      },
    },
    {
      name: 'crossbook_executions_told_total',
      help: 'executions of our orders at ForecastEx that this process was told, each once',
      type: 'counter',
      read: () => one(entry()?.executions),
    },
  ]
}
