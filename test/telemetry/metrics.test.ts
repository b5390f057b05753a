import { serveHealth } from '../../src/telemetry/health'
import { createMetrics, processMetrics, type Family } from '../../src/telemetry/metrics'
import { LogBook } from '../stores/doubles'

let events = 5
const FAMILIES: readonly Family[] = [
  {
    name: 'crossbook_feed_up_state',
    help: 'up',
    type: 'gauge',
    labels: ['venue'],
    read: () => [{ labels: { venue: 'kalshi' }, value: 1 }],
  },
  { name: 'crossbook_feed_events_total', help: 'events', type: 'counter', read: () => [{ value: events }] },
  { name: 'crossbook_attestation_left_days', help: 'not told', type: 'gauge', read: () => [] },
]

describe('metrics', () => {
  it('are read at the scrape, and twice gives no double count', async () => {
    const metrics = createMetrics(FAMILIES)
    expect(await metrics.text()).toContain('crossbook_feed_events_total 5\n')
    events = 9
    const text = await metrics.text()
    expect(text).toContain('crossbook_feed_events_total 9\n')
    expect(text).toContain('crossbook_feed_up_state{venue="kalshi"} 1\n')
    expect(text).not.toMatch(/^crossbook_attestation_left_days/m)
  })

  it('do not share a registry with those of another process in here', () => {
    expect(() => [createMetrics(FAMILIES), createMetrics(FAMILIES)]).not.toThrow()
    expect(() => createMetrics([...FAMILIES, ...FAMILIES])).toThrow('already been registered')
  })

  it('of a process are one page with those of Node and of the SDK, and say when the SDK is silent', async () => {
    const sdk = { text: () => Promise.resolve('temporal_request 1\n') }
    const metrics = processMetrics(FAMILIES, sdk)
    const text = (await metrics.text()).split('\n')
    expect(text).toEqual(expect.arrayContaining(['temporal_request 1', 'crossbook_sdk_metrics_up_state 1']))
    for (const name of ['process_resident_memory_bytes', 'nodejs_heap_size_used_bytes', 'nodejs_eventloop_lag_p99_seconds'])
      expect(text.some((line) => line.startsWith(`${name} `))).toBe(true)
    sdk.text = () => Promise.reject(new Error('refused'))
    const silent = (await metrics.text()).split('\n')
    expect(silent).toContain('crossbook_sdk_metrics_up_state 0')
    expect(silent).toContain('crossbook_feed_up_state{venue="kalshi"} 1')
  })

  it('are served beside the health page, and a family that fails is said', async () => {
    const log = new LogBook()
    const port = (): unknown => Object.values(log.lines.at(-1)?.fields ?? {})[0]
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${String(port())}${path}`)
      return [response.status, response.headers.get('content-type')?.split(';')[0], (await response.text()).split('\n')[0]]
    }
    const close = await serveHealth(0, () => ({ ready: true }), log, createMetrics(FAMILIES))
    expect(await get('/metrics')).toEqual([200, 'text/plain', '# HELP crossbook_feed_up_state up'])
    expect(await get('/readyz')).toEqual([200, 'application/json', '{"ready":true}'])
    await close()
    const failing: Family = { name: 'crossbook_x_count', help: 'x', type: 'gauge', read: () => { throw new Error('no ledger') } } // prettier-ignore
    const closeFailing = await serveHealth(0, () => ({ ready: true }), log, createMetrics([failing]))
    expect(await get('/metrics')).toEqual([500, 'text/plain', 'the metrics could not be read: no ledger'])
    await closeFailing()
    const closePlain = await serveHealth(0, () => ({ ready: true }), log)
    expect((await get('/metrics'))[0]).toBe(404)
    await closePlain()
  })
})
