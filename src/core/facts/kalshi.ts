import type { Fact } from './fact'

/** The exchange announces changes of its interface some weeks ahead. */
const RULE = 90
/** Of a key or an account: another hand can change it any day. */
const SETTING = 30
const AS_DOCUMENTED = ['yes'] as const

const fact = (id: string, told: Omit<Fact, 'id' | 'venue' | 'counts' | 'validDays' | 'expected'> & Partial<Fact>): Fact => ({
  counts: ['demo', 'live'],
  validDays: RULE,
  expected: AS_DOCUMENTED,
  ...told,
  id: `kalshi.${id}`,
  venue: 'kalshi',
})

const MONEY: readonly Fact[] = [
  fact('fee', {
    question:
      'Is the fee of a fill the published formula, rounded up to $0.0001, then to the grid of the account with one accumulator per order?',
    why: 'The bound that a plan is judged by would be below what is paid.',
    relies: 'Booked as charged; the difference stands in suspense.',
    proof: '20 fills of several sizes and prices, one order with many fills among them: suspense stays zero',
    blocks: 'openings',
  }),
  fact('grid', {
    question: 'In which steps does the cash of this account move?',
    why: 'Rounding to a cent costs up to a cent an order more than rounding to a hundredth of one.',
    relies: 'kalshi.balance_precision.',
    proof: 'the balance before and after a fill of odd cost',
    expected: ['0.0001', '0.01'],
    counts: ['live'],
    blocks: 'openings',
  }),
  fact('fee-on-channel', {
    question: 'Is the fee told by the fill channel the one of the fill list?',
    why: 'A second source that disagrees is no second source.',
    relies: 'The list alone is booked.',
    proof: 'both, compared for 100 fills',
    blocks: 'nothing',
  }),
  fact('fee-changes', {
    question: 'Do waivers, overrides of single events and scheduled changes apply from the time they name?',
    why: 'A minute of the wrong fee is a minute of wrong plans.',
    relies: 'The stricter reading: nothing opens until the record is read again.',
    proof: 'a fill on each side of one such time',
    blocks: 'nothing',
  }),
  fact('netting', {
    question: 'Do YES and NO of one market net at once, a dollar a pair, and can the cash be spent at once?',
    why: 'Positions and cash of the ledger follow it.',
    relies: 'The full price of a netting order is reserved first.',
    proof: 'balance and position before and after one such pair',
    blocks: 'openings',
  }),
  fact('price-improvement', {
    question: 'Is a fill never worse than its limit, and is an improved price ours?',
    why: 'Costs are reserved at the limit.',
    relies: 'Booked as told.',
    proof: 'limit and price of 100 fills',
    blocks: 'openings',
  }),
  fact('funds-check', {
    question: 'Does the check of funds ask for price and fee, nothing more?',
    why: 'A hedge that is refused for money leaves its first leg naked.',
    relies: 'The upper bound of the fee is reserved.',
    proof: 'an account with exactly that much',
    blocks: 'openings',
  }),
  fact('shard-cash', {
    question: 'Is an order on shard 2 refused with insufficient_balance when the cash is on shard 0?',
    why: 'Money on the wrong shard would pass our checks.',
    relies: 'Refused before it is sent.',
    proof: 'on demo: that order',
    blocks: 'nothing',
  }),
  fact('collateral-return', {
    question: 'Do collateral return and target allocation of this account read back as off?',
    why: 'Both move cash that the ledger counts on, without a trade.',
    relies: 'Anything but off forbids openings in mode live.',
    proof: 'crossbook doctor kalshi with the account that trades',
    expected: ['off'],
    counts: ['live'],
    validDays: SETTING,
    blocks: 'openings',
  }),
  fact('payouts', {
    question: 'Is a payout on the balance when the market is finalized, a scalar one in whole cents?',
    why: 'Settled capital that is not there cannot be reserved.',
    relies: 'Posted when settled; reconcile shows a difference.',
    proof: 'five settlements, one of them scalar',
    blocks: 'nothing',
  }),
  fact('disputes', {
    question: "Is a disputed or amended result told by the market's status alone?",
    why: 'A payout that is taken back unseen leaves the ledger wrong.',
    relies: 'Looked at again for a week.',
    proof: 'one that happens',
    blocks: 'nothing',
  }),
]

const ORDERS: readonly Fact[] = [
  fact('duplicate-id', {
    question: 'Is an order id that was used once refused for ever, also after the end of its order?',
    why: 'A request that a proxy repeats would trade twice.',
    relies: 'An id is sent once in any case; a refusal is an alarm.',
    proof: 'on demo: the same id again a minute, a day and a month later: order_already_exists',
    blocks: 'openings',
  }),
  fact('id-format', {
    question: 'Are ids like cb-…-a1 (40 characters at most, no dot) accepted?',
    why: 'Every order would be refused.',
    relies: 'A refusal is a refusal.',
    proof: 'the first order on demo',
    blocks: 'nothing',
  }),
  fact('ioc-without-fill', {
    question: 'Is an immediate-or-cancel order that finds nothing answered with 201, filled 0, remaining 0?',
    why: 'Any other answer would have every miss looked up.',
    relies: 'Any other answer is unknown and looked up.',
    proof: 'on demo: one order away from the market',
    blocks: 'nothing',
  }),
  fact('acceptance-window', {
    question: 'Is a request never executed later than 30 s after its time stamp?',
    why: 'Absence is claimed after it; an order that is executed later would be a second, unknown leg.',
    relies: 'Absence is claimed 35 s after not-after.',
    proof: 'requests signed 5, 10, 20, 30, 40 and 60 s in the past and in the future',
    blocks: 'openings',
  }),
  fact('lists-complete', {
    question: 'Is whatever is older than user_data_timestamp in the lists of orders and fills?',
    why: 'Absence and finality are concluded from them.',
    relies: 'No other proof of absence is taken.',
    proof: '100 orders: each is in the first list that is read with a later stamp',
    blocks: 'openings',
  }),
  fact('list-lag', {
    question: 'Do lists lag by 1.5 s at most?',
    why: 'A trade ends later, and holds its cash longer.',
    relies: 'Finality waits for the list.',
    proof: 'the same 100 orders, timed',
    blocks: 'nothing',
  }),
  fact('refused-on-closed', {
    question: 'Is an order on a market that is over refused with market_inactive, market_not_active or market_closed?',
    why: 'The cure would wait for a market that never opens again.',
    relies: 'Any other word is `other`.',
    proof: 'on demo: an order after the close',
    blocks: 'nothing',
  }),
  fact('order-groups', {
    question: 'Does a triggered group refuse openings by words that name it, tell triggered on its channel, and open again by a reset?',
    why: 'It is the limiter of a runaway.',
    relies: 'Any refusal of an opening that names an order group counts; our own count comes first.',
    proof: 'on demo: a group with the limit 1 and two fills',
    blocks: 'openings',
  }),
]

const ACCESS: readonly Fact[] = [
  fact('no-allocation', {
    question: 'Does the endpoint of the target allocation tell an empty list where there is none, and is collateral return off by default?',
    why: 'A new account would read as one that moves cash.',
    relies: 'Anything else reads as on.',
    proof: 'crossbook doctor kalshi with a new account',
    blocks: 'nothing',
  }),
  fact('scopes', {
    question: 'Do read and write::trade suffice for keys, netting, allocation and order groups?',
    why: 'A key that cannot read them cannot prove that they are off.',
    relies: 'Keys: a notice; the others: a notice, in live a refusal.',
    proof: 'crossbook doctor kalshi, and one group, with such a key',
    validDays: SETTING,
    blocks: 'nothing',
  }),
  fact('refusals-403', {
    question: 'What does 403 say for scope, location, category and subaccount?',
    why: 'The remedy that is told would be that of another trouble.',
    relies: 'Told apart by words; any of them is a refusal.',
    proof: 'on demo: one call of each kind',
    expected: null,
    blocks: 'nothing',
  }),
  fact('shard-budget', {
    question: 'Does an explicit exchange_index above 0 use the budget of that shard alone?',
    why: 'Cures would find no tokens.',
    relies: 'Counted so.',
    proof: 'writes on two shards until the first 429',
    blocks: 'nothing',
  }),
  fact('connections', {
    question: 'Are about 200 connections granted to a user, 500,000 markets to one of them, and pongs within four pings?',
    why: 'Feeds of a large shard would be refused.',
    relies: '80 connections of 400 markets.',
    proof: 'ten thousand markets for a day',
    blocks: 'nothing',
  }),
]

const WORDS: readonly Fact[] = [
  fact('sequence', {
    question: 'Do sequence numbers count all markets of a subscription and its acknowledgements, and is get_snapshot enough after a gap?',
    why: 'A book with a lost message looks whole.',
    relies: 'As documented and recorded; the auditor compares by REST.',
    proof: 'a day of production captures, replayed: no gap without a loss, no mismatch by the auditor',
    counts: ['live'],
    blocks: 'openings',
  }),
  fact('signed-reads-fresh', {
    question: 'Are signed reads of books fresh?',
    why: 'An auditor that reads a cache degrades good books.',
    relies: 'A difference of a second is explained away, no more.',
    proof: 'a day without a degraded market: audit.mismatches is 0',
    blocks: 'nothing',
  }),
  fact('date-header', {
    question: "Has every answer a Date header of the venue's own clock?",
    why: 'Requests are signed with that time.',
    relies: 'Nothing opens while its time is known worse than ± 2 s.',
    proof: "the headers of a day's answers",
    blocks: 'nothing',
  }),
  fact('thursday', {
    question: 'Are orders refused with trading_is_paused on Thursdays, and do connections drop then?',
    why: 'An opening would meet a venue that is going away.',
    relies: 'Nothing opens then by our own calendar.',
    proof: "one Thursday's capture",
    blocks: 'nothing',
  }),
  fact('maintenance', {
    question: 'Is maintenance announced in /exchange/schedule hours before it begins?',
    why: 'A trade may be caught in it.',
    relies: 'What comes unannounced is a refusal or a disconnect.',
    proof: 'the schedule, kept every hour for a quarter',
    blocks: 'nothing',
  }),
  fact('unchanged', {
    question: 'Do the answers of production have every field that money depends on?',
    why: 'The interface was last read in October 2026.',
    relies: 'The inspection, every hour.',
    proof: 'crossbook doctor kalshi against production, all rows ok or notice',
    counts: ['live'],
    validDays: SETTING,
    blocks: 'openings',
  }),
]

/** Of Kalshi (docs/venues/kalshi.md, "unproven facts"). */
export const KALSHI_FACTS: readonly Fact[] = [...MONEY, ...ORDERS, ...ACCESS, ...WORDS]
