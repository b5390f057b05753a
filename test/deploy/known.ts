import fs from 'node:fs'
import path from 'node:path'
import { processMetrics, type Family } from '../../src/telemetry/metrics'
import { alarmMeasure } from '../../src/telemetry/alarms'
import { storeMeasures } from '../../src/telemetry/stores'
import { measuresOf } from '../../src/streaming/audit/measures'
import { drillMeasures } from '../../src/wiring/drills/measures'
import { creditMeasure, followTrades } from '../../src/wiring/telemetry/office'
import { measured } from '../streaming/audit/measured'

/** Which processes tell a family. */
export interface Told {
  readonly family: Family
  readonly by: readonly ('streaming' | 'worker')[]
}

const STORES = storeMeasures({ state: () => [] }, () => true)

/** Every family of our own, as the processes put them together. */
export async function ownFamilies(): Promise<readonly Told[]> {
  const streaming = [...measuresOf(await measured()), ...STORES]
  const database = { query: () => Promise.reject(new Error('not asked')) } as never
  const worker = [
    ...drillMeasures({ state: () => null }),
    ...followTrades(database).families,
    creditMeasure(() => null),
    ...STORES,
    alarmMeasure({ alarms: () => new Map() }),
  ]
  const names = new Set([...streaming, ...worker].map(({ name }) => name))
  return [...names].map((name) => {
    const of = (families: readonly Family[]): Family | undefined => families.find((family) => family.name === name)
    const by = [...(of(streaming) ? (['streaming'] as const) : []), ...(of(worker) ? (['worker'] as const) : [])]
    return { family: of(streaming) ?? (of(worker) as Family), by }
  })
}

/** What a process tells beside its families: prom-client's figures of Node, and whether the SDK answers. */
export async function furtherNames(): Promise<readonly string[]> {
  const text = await processMetrics([], { text: () => Promise.resolve('') }).text()
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  )
}

/** The library that is Temporal's SDK has the names of its figures in it, without their prefix. */
export function sdkLibrary(): Buffer {
  const releases = path.join(path.dirname(require.resolve('@temporalio/core-bridge/package.json')), 'releases')
  const [folder] = fs.readdirSync(releases).filter((name) => name.startsWith(process.arch === 'arm64' ? 'aarch64' : 'x86_64'))
  return fs.readFileSync(path.join(releases, folder ?? '', 'index.node'))
}
