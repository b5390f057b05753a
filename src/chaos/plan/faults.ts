import type { Draw } from './draw'

/** A fault of a simulated venue as the plan orders it; the lane adds whose market it is aimed at. */
export interface VenueFault {
  readonly venue: 'kalshi' | 'ibkr'
  /** As posted to the control endpoint. */
  readonly name: string
  readonly fields: Readonly<Record<string, unknown>>
  /** What is aimed at: orders of the offer's market, or whatever comes next at the venue. */
  readonly aim: 'orders' | 'anything'
  /** It does not pass by itself: it is taken back after so long. null: it strikes once. */
  readonly lastsMs: number | null
}

interface Kind {
  readonly aim: VenueFault['aim']
  readonly lasts?: true
  readonly argument?: (draw: Draw) => string
  readonly fields?: (draw: Draw) => Readonly<Record<string, unknown>>
}

/** Longer than a heartbeat, or than a second leg may be sent. */
const LASTS_MS = [500, 4_000] as const
const shortMs = (draw: Draw): { readonly ms: number } => ({ ms: draw.int(100, 2_500) })
const awayMs = (draw: Draw): { readonly ms: number } => ({ ms: draw.int(500, 5_000) })
/** Within the acceptance window that the lane's configuration names, and beyond the simulator's own. */
const lateMs = (draw: Draw): { readonly ms: number } => ({ ms: draw.int(500, 4_000) })
const lagMs = (draw: Draw): { readonly ms: number; readonly times: number } => ({ ms: draw.int(200, 2_000), times: draw.int(1, 6) })
const delayed = (draw: Draw): { readonly delay_ms: number } => ({ delay_ms: draw.int(50, 2_000) })
const repeated = (draw: Draw): { readonly count: number } => ({ count: draw.int(1, 3) })

const ORDERS: Kind = { aim: 'orders' }
const ANYTHING: Kind = { aim: 'anything' }
const LASTING: Kind = { aim: 'anything', lasts: true }

/** Every fault of the simulated Kalshi (docs/scenario.md says what each does). */
export const KALSHI_KINDS: Readonly<Record<string, Kind>> = {
  drop_ws: ANYTHING,
  half_open_ws: ANYTHING,
  reconnect_storm: { aim: 'anything', fields: (draw) => ({ times: draw.int(1, 3), ms: draw.int(200, 800), refused: draw.int(0, 2) }) },
  ws_error: { aim: 'anything', argument: (draw) => draw.pick(['9', '17', '18']) },
  ws_error_10: ANYTHING,
  ws_error_25: ANYTHING,
  seq_gap: ANYTHING,
  duplicate_frame: ANYTHING,
  wrong_level: ANYTHING,
  drop_private_message: { aim: 'anything', fields: (draw) => ({ times: draw.int(1, 4) }) },
  delay: { aim: 'orders', fields: shortMs },
  error_after_accept: { aim: 'orders', fields: (draw) => ({ status: draw.pick([500, 502, 503, 504]) }) },
  reset_after_accept: ORDERS,
  timeout_before_accept: ORDERS,
  late_accept: { aim: 'orders', fields: lateMs },
  rate_limit: { aim: 'anything', fields: (draw) => ({ times: draw.int(1, 3) }) },
  reject: { aim: 'orders', argument: (draw) => draw.pick(['insufficient_balance', 'market_inactive', 'trading_is_paused']) },
  read_lag: { aim: 'anything', fields: lagMs },
  partial: { aim: 'orders', argument: (draw) => draw.pick(['0', '0.1', '0.4', '0.7']) },
  fractional_fill: { aim: 'orders', fields: (draw) => ({ left: draw.pick(['0.37', '1.50', '2.50', '9.99']) }) },
  cancel_all_tail: { aim: 'anything', fields: shortMs },
  clock_offset: { aim: 'anything', fields: (draw) => ({ ms: draw.pick([-6_000, -2_000, 2_000, 6_000]) }) },
  wrong_shard: ORDERS,
}

/** Every fault of the simulated gateway. */
export const IBKR_KINDS: Readonly<Record<string, Kind>> = {
  no_answer: ANYTHING,
  untrusted: ANYTHING,
  client_id_taken: ANYTHING,
  login_expired: LASTING,
  drop: { aim: 'anything', fields: (draw) => ({ ending: draw.pick(['close', 'fin', 'rst']) }) },
  half_open: ANYTHING,
  notice: { ...LASTING, argument: (draw) => draw.pick(['2103', '2104', '2105', '2107']) },
  pacing: ANYTHING,
  restart: { aim: 'anything', fields: awayMs },
  port_closed: { aim: 'anything', fields: awayMs },
  midnight: ANYTHING,
  link_lost: {
    aim: 'anything',
    fields: (draw) => ({
      ms: draw.int(300, 3_000),
      reports: draw.pick(['sent', 'withheld', 'on_request']),
      code: draw.pick([1101, 1102]),
    }),
  },
  quotes_stop: LASTING,
  duplicate_size: ANYTHING,
  snapshot_without_end: LASTING,
  market_data_type: { ...LASTING, argument: (draw) => draw.pick(['2', '3', '4']) },
  market_data_refused: { ...LASTING, argument: (draw) => draw.pick(['354', '10089', '10186']) },
  competing_session: LASTING,
  lost_before_accept: ORDERS,
  accept_then_drop: { aim: 'orders', fields: (draw) => ({ after_frames: draw.int(0, 3) }) },
  drop_after: {
    aim: 'orders',
    fields: (draw) => ({
      frame: draw.pick(['openOrder', 'orderStatus', 'execDetails', 'commissionReport']),
      how: draw.pick(['end', 'half_open']),
    }),
  },
  reject: { aim: 'orders', argument: (draw) => draw.pick(['201', '110', '434']), fields: (draw) => ({ after_open: draw.chance(50) }) },
  warning: { aim: 'orders', argument: (draw) => draw.pick(['399', '2109', '10311', '10329']) },
  tif_rewritten: ORDERS,
  partial: { aim: 'orders', argument: (draw) => draw.pick(['2', '3']) },
  late_fill_after_cancel: { aim: 'orders', fields: (draw) => ({ size: draw.int(1, 5), ...delayed(draw), after_read: draw.chance(25) }) },
  cancel_filled: { aim: 'orders', fields: (draw) => ({ size: draw.int(1, 5) }) },
  cancel_rejected: { aim: 'orders', argument: (draw) => draw.pick(['10147', '10148', '161']) },
  cancel_silent: { aim: 'orders', fields: (draw) => ({ cancelled: draw.chance(50) }) },
  cancel_late: { aim: 'orders', fields: delayed },
  status_missing: ORDERS,
  status_reordered: ORDERS,
  status_out_of_order: ORDERS,
  duplicate_status: { aim: 'orders', fields: repeated },
  duplicate_open_order: { aim: 'orders', fields: repeated },
  duplicate_exec: { aim: 'orders', fields: repeated },
  correction: { aim: 'orders', fields: delayed },
  commission_late: { aim: 'orders', fields: delayed },
  commission_missing: ORDERS,
  commission_first: ORDERS,
  netting_as_fill: ORDERS,
}

const ALL = [
  ...Object.entries(KALSHI_KINDS).map(([name, kind]) => ({ venue: 'kalshi' as const, name, kind })),
  ...Object.entries(IBKR_KINDS).map(([name, kind]) => ({ venue: 'ibkr' as const, name, kind })),
]

export function drawFault(draw: Draw): VenueFault {
  const { venue, name, kind } = ALL[draw.int(0, ALL.length - 1)] ?? unreachable()
  const argument = kind.argument?.(draw)
  return {
    ...{ venue, aim: kind.aim, name: argument === undefined ? name : `${name}:${argument}` },
    fields: kind.fields?.(draw) ?? {},
    lastsMs: kind.lasts ? draw.int(...LASTS_MS) : null,
  }
}

const unreachable = (): never => {
  throw new RangeError('there is no fault to draw')
}
