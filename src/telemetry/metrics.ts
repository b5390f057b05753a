import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

/** One value of a family, under its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}
/** A family of values that its process reads when it is asked. Names begin with `crossbook_` and end in their unit; a counter ends in `_total`. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  /** Few and bounded: a venue, a state; never a market or a trade. */
  readonly labels?: readonly string[]
  /** Called at the scrape. What is not known is left out. */
  readonly read: () => readonly Sample[]
}
export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
}

/** The metrics of one process, in a registry of its own. @throws Error for a family that is named twice */
export function createMetrics(families: readonly Family[]): Metrics {
  const registry = registryOf(families)
  return { contentType: registry.contentType, text: () => registry.metrics() }
}

/** Where Temporal's SDK serves its figures; {@link text} throws when it does not answer. */
export interface SdkPage {
  text(): Promise<string>
}

/**
 * All that one process tells: its families, what prom-client knows of any process of Node (`process_`, `nodejs_`), and the page of Temporal's SDK
 * (`temporal_`). Made once in a process: each call begins to watch its garbage collector and its event loop anew.
 */
export function processMetrics(families: readonly Family[], sdk: SdkPage): Metrics {
  let answered = false
  const told: Family = {
    name: 'crossbook_sdk_metrics_up_state',
    help: "1 while this page has the figures of Temporal's SDK",
    type: 'gauge',
    read: () => [{ value: Number(answered) }],
  }
  const registry = registryOf([...families, told])
  collectDefaultMetrics({ register: registry })
  return {
    contentType: registry.contentType,
    async text() {
      const further = await sdk.text().catch(() => null) // the family above says so
      answered = further !== null
      return `${await registry.metrics()}${further ?? ''}`
    },
  }
}

function registryOf(families: readonly Family[]): Registry {
  const registry = new Registry()
  for (const { name, help, type, labels = [], read } of families) {
    const settings = { name, help, labelNames: labels, registers: [registry] }
    if (type === 'gauge')
      new Gauge({
        ...settings,
        collect() {
          this.reset()
          if (labels.length === 0) this.remove({}) // a reset writes a zero, and zero is a figure
          for (const { labels: at = {}, value } of read()) this.set(at, value)
        },
      })
    else
      new Counter({
        ...settings,
        collect() {
          this.reset()
          if (labels.length === 0) this.remove({})
          for (const { labels: at = {}, value } of read()) this.inc(at, value)
        },
      })
  }
  return registry
}
