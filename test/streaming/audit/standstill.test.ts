import { marketId } from '../../../src/core/ids'
import { millis } from '../../../src/core/units'
import { PAIR } from '../../core/box/fixture'
import { Desk } from '../feed'
import { NEVER, Overseer, TRADING } from './overseen'

const RESUMES = Date.parse('2026-11-26T10:00:00Z')
const active = (shard: number, tradingActive = true): { shard: number; exchangeActive: boolean; tradingActive: boolean } => ({
  ...{ shard, tradingActive },
  exchangeActive: true,
})
let desk: Desk
let overseer: Overseer
const bars = (): readonly (readonly [string | null, string])[] => desk.engine.bars().map(({ market, reason }) => [market, reason])
beforeEach(() => {
  desk = new Desk()
  overseer = new Overseer(desk.engine, desk.directory, [PAIR.kalshi, 'KXELSEWHERE', 'KXUNLISTED'])
    .list(PAIR.kalshi, 2)
    .list('KXELSEWHERE', 0)
})

describe('an exchange that does not trade', () => {
  it.each([
    [{ tradingActive: false }, 'Kalshi says that trading is paused (trading_active is false)'],
    [{ exchangeActive: false, tradingActive: false }, 'Kalshi says that it is down (exchange_active is false)'],
    [
      { tradingActive: false, resumesMs: millis(RESUMES) },
      'Kalshi says that trading is paused (trading_active is false); it expects to resume at 2026-11-26T10:00:00.000Z',
    ],
  ])('%j bars openings at the whole venue until it trades again', async (change, reason) => {
    overseer.exchange = { ...TRADING, ...change }
    await overseer.oversight.heed(NEVER)
    expect(bars()).toEqual([[null, reason]])
    desk.tell(...desk.box())
    expect(desk.found).toEqual([])
    overseer.exchange = TRADING
    await overseer.oversight.heed(NEVER)
    expect(bars()).toEqual([])
    desk.tell(desk.kalshi())
    expect(desk.found).toHaveLength(1)
  })

  it('bars the markets of a shard that stands still, those whose shard is unknown, and no others', async () => {
    overseer.exchange = { ...TRADING, shards: [active(0), active(2, false)] }
    await overseer.oversight.heed(NEVER)
    const reason = 'shard 2 of Kalshi says that trading is paused (trading_active is false)'
    expect(bars()).toEqual([
      [PAIR.kalshi, reason],
      ['KXUNLISTED', reason],
    ])
    overseer.exchange = { ...TRADING, shards: [active(0), active(2)] }
    await overseer.oversight.heed(NEVER)
    expect(bars()).toEqual([])
  })

  it('bars markets that only an edge watches too', async () => {
    overseer.edges.push(marketId('KXGAME-A'))
    overseer.list('KXGAME-A', 2).exchange = { ...TRADING, shards: [active(0), active(2, false)] }
    await overseer.oversight.heed(NEVER)
    expect(bars().map(([market]) => market)).toEqual([PAIR.kalshi, 'KXUNLISTED', 'KXGAME-A'])
  })

  it('what it said last stands while it does not answer, and the log says so once', async () => {
    overseer.exchange = { ...TRADING, tradingActive: false }
    await overseer.oversight.heed(NEVER)
    overseer.exchange = new Error('no answer')
    for (let i = 0; i < 3; i++) await overseer.oversight.heed(NEVER)
    expect(bars()).toHaveLength(1)
    expect(overseer.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })
})

it('messages that are not as expected bar openings, with the field, until they are', async () => {
  const detail = 'msg.price_dollars is missing, expected a dollar string of at most 4 decimals'
  const good = { check: 'WebSocket fill', verdict: 'ok', detail: 'as expected (1 compared)', remedy: '' } as const
  overseer.messages = [good, { check: 'WebSocket orderbook_delta', verdict: 'failed', detail, remedy: '' }]
  await overseer.oversight.heed(NEVER)
  expect(desk.engine.bars()).toMatchObject([
    { venue: 'kalshi', market: null, by: 'messages', reason: `WebSocket orderbook_delta: ${detail}` },
  ])
  expect(overseer.oversight.state().kalshi).toMatchObject({ messages: overseer.messages, exchange: TRADING })
  overseer.messages = [good]
  await overseer.oversight.heed(NEVER)
  expect(bars()).toEqual([])
})
