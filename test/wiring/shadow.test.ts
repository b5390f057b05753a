import type { Config } from '../../src/config/load'
import { paper } from '../../src/config/schema/paper'
import { BookDirectory } from '../../src/core/market/reference'
import type { Mode } from '../../src/core/trade/plan'
import { Books } from '../../src/streaming/books'
import { openShadows } from '../../src/wiring/paper/shadow'
import { LogBook } from '../stores/doubles'

const record = { offer: () => undefined, dropped: 0, queued: 0, close: async () => undefined }
const opened = (mode: Mode, told: object = {}, into: typeof record | null = record): boolean =>
  openShadows(
    { mode, venues: { paper: paper.parse(told) } } as Config,
    { record: into },
    { directory: new BookDirectory(), books: new Books(), fees: () => null, access: () => 'open' },
    { open: () => [] },
    new LogBook(),
  ) !== null

describe('twins of orders', () => {
  it('are there in every mode that sends orders, unless the configuration says otherwise', () => {
    for (const mode of ['sim', 'demo', 'live'] as const) expect(opened(mode)).toBe(true)
    expect(opened('sim', { shadow: true })).toBe(true)
    expect(opened('sim', { shadow: false })).toBe(false)
  })

  it('are not there where nothing is sent, or nothing is recorded', () => {
    expect(opened('paper')).toBe(false)
    expect(opened('sim', {}, null)).toBe(false)
  })
})
