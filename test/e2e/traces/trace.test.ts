import { Rig } from '../faults/rig'
import { expectBalanced } from '../stack'
import { Collector, type SeenSpan } from './collector'

/** A stack, one trade and its reading back, on a machine that does something else beside. */
jest.setTimeout(240_000)
/** Spans leave each second. */
const SENT_MS = 20_000

describe('one trade, one trace', () => {
  const collector = new Collector()
  let rig: Rig
  beforeAll(async () => {
    const endpoint = await collector.listen()
    rig = new Rig(['traced'], {}, undefined, () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }))
    await rig.up()
  })
  afterAll(async () => {
    await rig.down()
    await collector.close()
  })

  it('from the frame over the saga and its activities to both venues', async () => {
    const id = await rig.taken('traced')
    expect((await rig.result(id)).outcome).toBe('locked')
    const ofTrade = (): readonly SeenSpan[] => {
      const root = collector.spans.find(({ name, attributes }) => name === 'frame' && attributes['crossbook.trade'] === id)
      return collector.spans.filter(({ trace }) => trace === root?.trace)
    }
    await rig.stack.until('the saga is in the trace', SENT_MS, async () => ofTrade().some(({ name }) => name === 'RunWorkflow:box'))

    const spans = ofTrade()
    const root = spans.find(({ parent }) => parent === '')
    expect(root?.name).toBe('frame')
    expect(Number(root?.attributes['crossbook.frame'])).toBeGreaterThan(0)
    expect(['kalshi', 'forecastex']).toContain(root?.attributes['crossbook.venue'])
    expect(root?.attributes).toHaveProperty(['crossbook.conn'])

    const above = (span: SeenSpan): readonly string[] => {
      const parent = spans.find((each) => each.id === span.parent)
      return parent ? [...above(parent), parent.name] : []
    }
    const saga = ['frame', 'StartWorkflow:box', 'RunWorkflow:box']
    for (const venue of ['kalshi', 'forecastex']) {
      const placed = spans.filter(({ name }) => name === `place ${venue}`)
      expect(placed).toHaveLength(1)
      expect(placed.map(above)).toEqual([[...saga, 'StartActivity:place', 'RunActivity:place']])
      expect(placed[0]?.attributes).toMatchObject({ 'crossbook.trade': id, 'crossbook.outcome': 'done' })
    }
    expect(spans.find(({ name }) => name === 'detection')?.parent).toBe(root?.id)
    for (const { name, startNs, endNs } of spans) expect([name, endNs >= startNs]).toEqual([name, true])
    // nothing of beats and rehearsals, and no span whose parent was never sent
    expect(collector.spans.filter(({ name }) => /warmUp|beat/i.test(name))).toEqual([])
    expect(spans.filter((span) => span.parent !== '' && !spans.some((each) => each.id === span.parent))).toEqual([])
    await expectBalanced(rig.stack)
  })
})
