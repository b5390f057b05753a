import { millis } from '../../../../src/core/units'
import { discover, type Discovered } from '../../../../src/venues/forecastex/discovery'
import type { ContractQuery } from '../../../../src/venues/forecastex/gateway/contract-reads'
import { RequestFailed } from '../../../../src/venues/forecastex/gateway/read'
import type { ContractRow } from '../../../../src/venues/forecastex/wire/messages'
import { forever } from '../rig'

const NOW = millis(Date.UTC(2026, 10, 22))
const INDEX = { conId: 7, symbol: 'FF', secType: 'IND' } as ContractRow
const row = (date: string): ContractRow => ({ conId: Number(date), symbol: 'FF', secType: 'OPT', date }) as ContractRow

type Reply = readonly ContractRow[] | 'silent' | 'lost' | number
/** What was asked, and what each answer is; a number is the code of a refusal. */
async function ask(reply: {
  readonly index?: Reply
  readonly dates?: readonly string[] | 'silent' | 'lost' | number
  readonly options: (date: string) => Reply
}) {
  const asked: string[] = []
  const told = <T>(answer: readonly T[] | 'silent' | 'lost' | number): Promise<readonly T[]> => {
    if (answer === 'silent') return Promise.reject(new RequestFailed('timeout', 'no complete answer'))
    if (answer === 'lost') return Promise.reject(new RequestFailed('disconnected', 'the session ended'))
    return typeof answer === 'number' ? Promise.reject(new RequestFailed('refused', 'no', answer)) : Promise.resolve(answer)
  }
  const requests = {
    contracts: (query: ContractQuery) => {
      if ('conId' in query) throw new Error('no contract is asked for by its id')
      asked.push('index' in query ? 'index' : (query.date ?? 'all'))
      return told('index' in query ? (reply.index ?? [INDEX]) : reply.options(query.date ?? ''))
    },
    optionParameters: () => {
      asked.push('dates')
      const dates = reply.dates ?? 200
      return told(typeof dates === 'object' ? [{ tradingClass: 'FF', dates }] : dates)
    },
  }
  return { found: await discover(requests, 'FF', NOW, forever), asked }
}
const causeOf = (found: Discovered): string => (found.kind === 'unavailable' ? found.cause : 'rows')

describe('what the gateway does not answer', () => {
  it('are the dates: then everything is asked for at once', async () => {
    for (const dates of ['silent', 200, 321, []] as const) {
      const { found, asked } = await ask({ dates, options: () => [row('20261209')] })
      expect([asked, found]).toMatchObject([['index', 'dates', 'all'], { kind: 'rows', complete: true, problems: [] }])
    }
  })

  it('is everything at once: then the months of a year are asked for, and what lies beyond may be missing', async () => {
    const { found, asked } = await ask({ options: (date) => (date === '' ? 'silent' : date === '202612' ? [row('20261209')] : 200) })
    expect(asked).toEqual([
      ...['index', 'dates', 'all', '202611', '202612'],
      ...['202701', '202702', '202703', '202704', '202705', '202706', '202707', '202708', '202709', '202710', '202711'],
    ])
    expect(found).toMatchObject({ kind: 'rows', rows: [{ date: '20261209' }], complete: false, problems: [] })
  })

  it('is one date: the others are read, it is told, and nothing counts as gone', async () => {
    const { found } = await ask({ dates: ['20261209', '20270127'], options: (date) => (date === '20261209' ? 'silent' : [row(date)]) })
    expect(found).toMatchObject({
      kind: 'rows',
      rows: [{ date: '20270127' }],
      complete: false,
      problems: ['the contracts of FF 20261209 were not told: no complete answer'],
    })
  })

  it('is any contract while the index is known: the permission is missing, and two silences are enough', async () => {
    const never = await ask({ options: () => 'silent' })
    expect([causeOf(never.found), never.asked]).toEqual(['no-permission', ['index', 'dates', 'all', '202611', '202612']])
    const dated = await ask({ dates: ['20261209', '20270127', '20270317'], options: () => 'silent' })
    expect([causeOf(dated.found), dated.asked]).toEqual(['no-permission', ['index', 'dates', '20261209', '20270127']])
    const refused = await ask({ options: () => 460 })
    expect([causeOf(refused.found), refused.asked]).toEqual(['no-permission', ['index', 'dates', 'all']])
    expect(refused.found.kind === 'unavailable' && refused.found.reason).toContain('the contracts of FF: no')
  })

  it('is anything at all: that says nothing about a permission', async () => {
    const { found } = await ask({ index: 'silent', options: () => 'silent' })
    expect(causeOf(found)).toBe('unanswered')
  })
})

it('a session that ends concludes nothing, wherever it ends', async () => {
  await expect(ask({ index: 'lost', options: () => [] })).rejects.toThrow('the session ended')
  await expect(ask({ dates: 'lost', options: () => [] })).rejects.toThrow('the session ended')
  await expect(ask({ options: () => 'lost' })).rejects.toThrow('the session ended')
  await expect(ask({ dates: ['20261209'], options: () => 'lost' })).rejects.toThrow('the session ended')
})
