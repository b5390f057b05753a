import { Rig } from './faults/rig'
import { expectBalanced } from './stack'

jest.setTimeout(180_000)

/** Ingest reads every five minutes by itself; here it is told to. */
const INGESTED_MS = 60_000
/** A message is read again within two seconds, and the registry is read every two. */
const SUSPENDED_MS = 30_000
const REWORDED = 'If the seasonally adjusted unemployment rate (U-3) of March 2025 is above 4.0%, the market resolves to Yes.'

const PAIRS = ['worded', 'silent', 'kept']

interface Proposed {
  readonly markets: { readonly kalshi: number; readonly forecastex: number }
  readonly notRead: readonly unknown[]
  readonly proposals: readonly { readonly kind: string }[]
}
interface Pair {
  readonly id: string
  readonly state: string
  readonly kalshi: string
  readonly forecastex: string
}

describe('a rule text that changes while a box is on offer', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = new Rig(PAIRS)
    await rig.up()
  })
  afterAll(() => rig.down())

  const pairs = (): Promise<readonly Pair[]> => rig.stack.ask<Pair[]>('pairs', 'list')
  /** As the registry names the first listing of a pair. */
  const idOf = (pair: string): string => `${pair}.1`
  const stateOf = async (pair: string): Promise<string | undefined> => (await pairs()).find(({ id }) => id === idOf(pair))?.state
  const suspended = (pair: string): Promise<void> =>
    rig.stack.until(`${pair} to be suspended`, SUSPENDED_MS, async () => (await stateOf(pair)) === 'suspended')
  /** Trades of a pair that may have sent an order: a find that the reserve refuses sends none (E5). */
  const tradesOf = async (pair: string): Promise<number> =>
    (await rig.trades()).filter((trade) => trade.pair === idOf(pair) && trade.outcome !== 'refused').length

  it('is none yet: of all markets that were read no pair is suggested beside those on record, and none across', async () => {
    await rig.stack.until('both venues to be read', INGESTED_MS, async () => {
      const { markets, notRead, proposals } = await rig.stack.ask<Proposed>('pairs', 'propose')
      expect([notRead, proposals.filter(({ kind }) => kind !== 'unchanged')]).toEqual([[], []])
      return markets.kalshi === PAIRS.length && markets.forecastex === PAIRS.length
    })
    const known = (await pairs()).map(({ kalshi, forecastex }) => `${kalshi} ${forecastex}`)
    const wanted = PAIRS.map((id) => `${rig.listing(id).ticker} ${rig.listing(id).yesConId}`)
    expect(known.toSorted()).toEqual(wanted.toSorted())
  })

  it('is suspended, sends nothing more, and trades again when a person has approved the new text', async () => {
    await rig.ended(await rig.taken('worded'))
    await rig.kalshi('metadata', { ticker: rig.listing('worded').ticker, rules_primary: REWORDED })
    await suspended('worded')
    expect(rig.stack.stderr).not.toContain('could not be suspended')
    const before = await tradesOf('worded')
    await rig.offer('worded')
    await rig.ended(await rig.taken('kept')) // whoever looks at books looks at this one too
    expect(await tradesOf('worded')).toBe(before)
    await approved('worded')
    await rig.ended(await rig.taken('worded'))
  })

  it('is found by ingest where no message tells of it', async () => {
    await rig.ibkr('contract_details', { con_id: rig.listing('silent').yesConId, long_name: 'US Unemployment Rate April 2025' })
    await rig.stack.cli('schedules', 'trigger', 'ingestContracts')
    await suspended('silent')
    await rig.offer('silent')
    await rig.ended(await rig.taken('kept'))
    expect(await tradesOf('silent')).toBe(0)
  })

  it('leaves both accounts and the ledger as one', async () => {
    await expectBalanced(rig.stack)
  })

  /** The new text has to be on record: a person approves what he has read, and says what it is, which the gateway's few words never prove. */
  async function approved(pair: string): Promise<void> {
    const show = async (): Promise<string> => (await rig.stack.cli('pairs', 'show', idOf(pair), '--json')).stdout
    await rig.stack.cli('schedules', 'trigger', 'ingestMarkets')
    await rig.stack.until('the new text to be read', INGESTED_MS, async () => (await show()).includes(REWORDED))
    await rig.stack.until(`${pair} to be approved`, INGESTED_MS, async () => {
      const { code } = await rig.stack.cli('pairs', 'approve', idOf(pair), '--class', 'S0', '--evidence', 'read both texts')
      return code === 0
    })
  }
})
