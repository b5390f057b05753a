import { setTimeout as delay } from 'node:timers/promises'
import { createMetrics } from '../../src/telemetry/metrics'
import { storeMeasures, StoreWatch, type Store } from '../../src/telemetry/stores'
import { LogBook } from '../stores/doubles'

/** Looks follow each other as fast as they are answered. */
const HURRIED = { sleep: (_ms: number, signal: AbortSignal) => delay(1, undefined, { signal }) }

describe('the watch over the stores (B18)', () => {
  it('is not ready before it knows, nor without a store that is needed; another only shows', async () => {
    const up = { postgres: true, redis: true }
    const asked = (name: 'postgres' | 'redis', needed: boolean): Store => ({
      name,
      needed,
      ask: () => (up[name] ? Promise.resolve() : Promise.reject(new Error('connection refused'))),
    })
    const log = new LogBook()
    const watch = new StoreWatch([asked('postgres', true), asked('redis', false)], HURRIED, log)
    const page = async (): Promise<string> => createMetrics(storeMeasures(watch, () => watch.ready)).text()
    expect(watch.ready).toBe(false)
    expect(await page()).not.toMatch(/^crossbook_store_up_state/m)

    const ended = new AbortController()
    const running = watch.run(ended.signal)
    const until = async (is: () => boolean): Promise<void> => {
      while (!is()) await delay(1)
    }
    await until(() => watch.ready && watch.state().every(({ state }) => state === 'up'))
    up.redis = false
    await until(() => watch.state().some(({ state }) => state === 'down'))
    expect(watch.ready).toBe(true)
    up.postgres = false
    await until(() => !watch.ready)
    expect(watch.state()[0]).toEqual({ name: 'postgres', needed: true, state: 'down', latencyMs: null, detail: 'connection refused' })
    const text = (await page()).split('\n')
    expect(text).toContain('crossbook_store_up_state{store="postgres"} 0')
    expect(text).toContain('crossbook_ready_state 0')
    up.postgres = true
    await until(() => watch.ready)
    ended.abort()
    await running
    expect(log.lines.map(({ fields, message }) => [(fields as { store: string }).store, message])).toEqual([
      ['redis', 'a store does not answer'],
      ['postgres', 'a store does not answer'],
      ['postgres', 'a store answers again'],
    ])
  })
})
