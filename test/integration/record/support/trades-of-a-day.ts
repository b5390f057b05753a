/** What the recipes of docs/queries.md are asked of: a few minutes of one pair on the day that they name, which no other test writes. */
const at = (time: string): string => `'2026-11-20T${time}Z'`
const values = (rows: readonly (readonly (string | number | boolean | null)[])[]): string =>
  rows.map(([time, ...cells]) => `(${[at(String(time)), ...cells.map(literal)].join(', ')})`).join(', ')
const literal = (cell: string | number | boolean | null): string => (typeof cell === 'string' ? `'${cell}'` : String(cell))
const insert = (table: string, columns: string, rows: readonly (readonly (string | number | boolean | null)[])[]): string =>
  `INSERT INTO ${table} (ts, ${columns}) VALUES ${values(rows)}`
const TICKER = 'KXU3-26NOV-T4.0'
const OTHER = 'KXU3-26NOV-T4.1'

const QUOTES: readonly string[] = [
  insert('kalshi_ticks', 'ticker, series, yes_bid, yes_bid_size, yes_ask, yes_ask_size', [
    ['14:00:00.000', TICKER, 'KXU3', 4100, 1000, 4300, 2000],
    ['14:00:05.000', OTHER, 'KXU3', 1000, 100, 1200, 100],
    ['14:00:20.000', TICKER, 'KXU3', 4200, 1500, 4250, 500],
    ['14:01:10.000', TICKER, 'KXU3', 4000, 100, null, null],
  ]),
  insert('forecastex_ticks', 'con_id, outcome, series, bid, ask', [
    ['13:59:59.000', '731', 'no', 'UNR', 5200, 5400],
    ['13:59:59.000', '731', 'yes', 'UNR', 4500, 4700],
    ['14:00:10.000', '731', 'no', 'UNR', 5300, 5500],
    ['14:01:00.000', '731', 'yes', 'UNR', 3700, 3900],
  ]),
  insert('kalshi_orderbook', 'ticker, side, price, delta, snapshot, subscription, seq, venue_sid, venue_seq', [
    ['13:59:00.000', TICKER, 'bid', 4000, 700, true, 1, 1, 3, 1],
    ['14:00:00.000', TICKER, 'bid', 4100, 1000, true, 1, 5, 3, 2],
    ['14:00:00.000', TICKER, 'ask', 4300, 2000, true, 1, 5, 3, 2],
    ['14:00:20.000', TICKER, 'ask', 4300, -2000, false, 1, 6, 3, 3],
    ['14:00:20.000', TICKER, 'ask', 4250, 500, false, 1, 7, 3, 6],
    ['14:00:40.000', TICKER, 'bid', 4100, -1000, false, 1, 8, 3, 7],
  ]),
]
const MARKETS: readonly string[] = [
  insert('kalshi_trades', 'ticker, series, trade_id, taker_side, price, count', [
    ['14:00:01.000', TICKER, 'KXU3', 'a', 'yes', 4300, 1000],
    ['14:00:01.000', TICKER, 'KXU3', 'b', 'yes', 4300, 1000],
    ['14:03:00.000', TICKER, 'KXU3', 'c', 'no', 4100, 2000],
    ['14:07:00.000', TICKER, 'KXU3', 'd', 'no', 4000, 100],
  ]),
  insert('kalshi_markets', 'market_ticker, series_ticker, status, yes_bid, yes_ask, volume_24h, close_time', [
    ['13:00:00.000', TICKER, 'KXU3', 'open', 4100, 4300, 100, '2026-12-04T13:25:00Z'],
    ['14:00:00.000', TICKER, 'KXU3', 'paused', null, null, 900, '2026-12-04T13:25:00Z'],
    ['14:00:00.000', OTHER, 'KXU3', 'open', 1000, 1200, 500, '2026-12-04T13:25:00Z'],
  ]),
]
const FEEDS = insert('feed_states', 'venue, shard, conn, state', [
  ['13:59:00.000', 'kalshi', 'a', 0, 'connected'],
  ['13:59:15.000', 'kalshi', 'a', 0, 'connected'],
  ['13:59:20.000', 'kalshi', 'a', 3, 'disconnected'],
  ['13:59:21.000', 'kalshi', 'a', 4, 'unconfirmed'],
  ['13:59:22.000', 'kalshi', 'a', 0, 'connected'],
  ['13:59:00.000', 'forecastex', 'a', 0, 'connected'],
])
const SEEN: readonly string[] = [
  FEEDS,
  insert(
    'arb_opportunities',
    'subject, direction, mode, outcome, reason, n, duration_ms, looks, trades, best_size, best_net_edge, annual_return',
    [
      ['14:00:00.000', 'u3-nov', 'A', 'sim', 'taken', 'none', 1, 1500, 10, 1, 8000, 5_600_000, 2520],
      ['14:10:00.000', 'u3-nov', 'A', 'sim', 'refused', 'cool-down', 2, 500, 5, 0, 1000, 700_000, 900],
      ['14:20:00.000', 'u3-nov', 'B', 'sim', 'refused', 'calendar', 3, 9000, 7, 0, 2000, 1_200_000, 1000],
      ['14:30:00.000', 'u3-nov', 'B', 'sim', 'vanished', 'none', 4, 20, 1, 0, null, null, null],
    ],
  ),
  insert('decisions', 'strategy, subject, mode, verdict, reason, trade_id, n, net_edge, actual, wanted', [
    ['14:00:00.100', 'box', 'u3-nov', 'sim', 'taken', 'passed', 't1', 1, 5_600_000, null, null],
    ['14:10:00.000', 'box', 'u3-nov', 'sim', 'refused', 'cool-down', null, 2, 700_000, '900 ms', '≥ 5000 ms'],
    ['14:10:02.000', 'box', 'u3-nov', 'sim', 'refused', 'cool-down', null, 3, 700_000, '2900 ms', '≥ 5000 ms'],
    ['15:20:00.000', 'box', 'u3-nov', 'sim', 'refused', 'calendar', null, 4, 1_200_000, 'closed', 'open'],
  ]),
]
const FILLS: readonly string[] = [
  insert(
    'executions',
    'venue, market, mode, strategy, subject, outcome, action, purpose, execution_id, trade_id, price, quantity, fee, corrects',
    [
      ['14:00:00.900', 'kalshi', TICKER, 'sim', 'box', 'u3-nov', 'yes', 'buy', 'opening', 'k1', 't1', 4290, 1000, 17_500, null],
      ['14:00:01.000', 'forecastex', '731', 'sim', 'box', 'u3-nov', 'no', 'buy', 'reducing', 'f1', 't1', 5400, 900, 90_000, null],
      ['14:00:01.500', 'forecastex', '731', 'sim', 'box', 'u3-nov', 'no', 'buy', 'reducing', 'f2', 't1', 5400, 1000, 100_000, 'f1'],
      ['14:00:21.000', 'kalshi', TICKER, 'sim', 'box', 'u3-nov', 'no', 'buy', 'opening', 'k2', 't1', 5850, 100, 2_000, null],
    ],
  ),
  insert('latency', 'measure, trade_id, micros', [
    ['14:00:00.100', 'detection to wire', 't1', 5200],
    ['14:00:00.090', 'reserve', 't1', 3100],
  ]),
]
const BILLS = 'KXNFLGAME-26NOV20LACBUF-BUF'
const BEARS = 'KXNFLGAME-26NOV20GBCHI-CHI'
const SIGNALS: readonly string[] = [
  insert(
    'signals',
    'id, ticker, odds_event, yes_team, side, mode, profile, trade_id, gate, starts, probability, edge, quantity, cost, net_edge',
    [
      [
        '14:00:00.000',
        's1',
        BILLS,
        'e1',
        'Buffalo Bills',
        'no',
        'sim',
        'STANDARD',
        't1',
        null,
        '2026-11-20T18:00:00Z',
        551_000,
        20_000,
        1000,
        4_876_600,
        200_000,
      ],
      [
        '14:10:00.000',
        's2',
        BILLS,
        'e1',
        'Buffalo Bills',
        'yes',
        'sim',
        'STANDARD',
        null,
        'cool-down',
        '2026-11-20T18:00:00Z',
        560_000,
        30_000,
        200,
        1_000_000,
        60_000,
      ],
      [
        '14:20:00.000',
        's3',
        BEARS,
        'e2',
        'Chicago Bears',
        'yes',
        'sim',
        'SCALP',
        null,
        'strategy armed',
        '2026-11-20T21:00:00Z',
        400_000,
        25_000,
        100,
        360_000,
        25_000,
      ],
    ],
  ),
  insert('signal_books', 'ticker, side, book, family, probability, weight', [
    ['14:00:00.000', BILLS, 'no', 'pinnacle', 'pinnacle', 600_000, 3_000],
    ['14:00:00.000', BILLS, 'no', 'draftkings', 'draftkings', 500_000, 1_000],
    ['14:20:00.000', BEARS, 'yes', 'pinnacle', 'pinnacle', 400_000, 3_000],
  ]),
  // of e1 a line that is too old, an older and the closing one of a book, one of a book, and one in play; of e2 nothing is told near the start
  insert('sportsbook_odds', 'event_id, book, market_type, outcome, odds_decimal, implied_prob, devigged_prob', [
    ['17:40:00.000', 'e1', 'betmgm', 'h2h', 'Buffalo Bills', 12_500, 800_000, 780_000],
    ['17:50:00.000', 'e1', 'pinnacle', 'h2h', 'Buffalo Bills', 16_667, 600_000, 580_000],
    ['17:59:00.000', 'e1', 'pinnacle', 'h2h', 'Buffalo Bills', 20_000, 500_000, 476_190],
    ['17:59:00.000', 'e1', 'pinnacle', 'h2h', 'Los Angeles Chargers', 18_182, 550_000, 523_810],
    ['17:58:00.000', 'e1', 'draftkings', 'h2h', 'Buffalo Bills', 20_000, 500_000, 500_000],
    ['18:05:00.000', 'e1', 'pinnacle', 'h2h', 'Buffalo Bills', 11_111, 900_000, 880_000],
  ]),
  `INSERT INTO kalshi_markets (ts, market_ticker, series_ticker, status, last_price) VALUES
    ('2026-11-21T02:00:00Z', '${BILLS}', 'KXNFLGAME', 'open', 5500), ('2026-11-21T04:00:00Z', '${BILLS}', 'KXNFLGAME', 'settled', 9900),
    ('2026-11-21T04:00:00Z', '${BEARS}', 'KXNFLGAME', 'settled', 5000)`,
]
export const TRADES_OF_A_DAY: readonly string[] = [...QUOTES, ...MARKETS, ...SEEN, ...SIGNALS, ...FILLS]
