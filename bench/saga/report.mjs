// What the benchmark of a durable trade says: a table for a person at its end, or one JSON document.

/** Must and aim of performance.md §2: p50 and p99 in ms; the others as they are. */
const TARGETS = [
  { name: 'detection → first bytes, one after another', key: 'firstBytesMs', must: [25, 70], aim: [12, 35] },
  { name: 'detection → first bytes, lone', key: 'loneFirstBytesMs', must: [40, 90], aim: [20, 40] },
  { name: 'detection → both acknowledged', key: 'bothAcknowledgedMs', must: [60, 150], aim: [30, 80] },
]
const RATES = [
  { name: 'trades per second, all real stores', key: 'tradesPerSecond', must: 8 },
  { name: 'trades per second, bare steps', key: 'bareTradesPerSecond', must: 25 },
]
const TOLD = [
  { name: 'detection → both acknowledged, lone', key: 'loneBothAcknowledgedMs' },
  { name: 'detection → reserved', key: 'reservedMs' },
  { name: 'the reserve itself', key: 'reserveMs' },
  { name: 'detection → booked and closed', key: 'bookedMs' },
  { name: 'detection → first bytes, many at once', key: 'loadedFirstBytesMs' },
  { name: 'launch → first order’s turn, bare steps', key: 'bareFirstOrderMs' },
]
const RATIO_MUST = 5

export function quantiles(samples) {
  if (!samples || samples.length === 0) return null
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (q) => Math.round((sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN) * 10) / 10
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), count: sorted.length }
}

const ms = (q) => (q ? `${q.p50} / ${q.p90} / ${q.p99}`.padStart(24) : '–'.padStart(24))
const said = (holds) => (holds ? 'met' : 'MISSED')

/** @returns whether every must was met. */
export function print({ machine, versions, keepWarmMs, ours, defaults, ratio }, say) {
  say(`${machine.cpu}; Node ${machine.node}; ${versions}; commit ${machine.commit}; load at the start ${machine.load.toFixed(2)}`)
  if (keepWarmMs > 0) say(`ours with a beat every ${keepWarmMs} ms`)
  say(`\n${'ms: p50 / p90 / p99'.padEnd(50)}${'ours'.padStart(24)}${'defaults'.padStart(24)}   must p50 / p99`)
  let isMet = true
  for (const { name, key, must } of TARGETS) {
    const holds = ours[key] !== null && ours[key].p50 <= must[0] && ours[key].p99 <= must[1]
    isMet &&= holds
    say(`${name.padEnd(50)}${ms(ours[key])}${ms(defaults?.[key])}   ${must.join(' / ')} ${said(holds)}`)
  }
  for (const { name, key } of TOLD) if (ours[key]) say(`${name.padEnd(50)}${ms(ours[key])}${ms(defaults?.[key])}`)
  for (const { name, key, must } of RATES) {
    const holds = ours[key] >= must
    isMet &&= holds
    say(
      `${name.padEnd(50)}${ours[key].toFixed(1).padStart(24)}${(defaults?.[key]?.toFixed(1) ?? '–').padStart(24)}   ${must} ${said(holds)}`,
    )
  }
  const cpu = (each) =>
    Object.entries(each)
      .map(([name, value]) => `${name} ${Math.round(value)}`)
      .join(', ')
  say(`processor ms per trade under load: ours ${cpu(ours.cpuMsPerTrade)}${defaults ? `; defaults ${cpu(defaults.cpuMsPerTrade)}` : ''}`)
  if (ratio !== null) {
    isMet &&= ratio >= RATIO_MUST
    say(`first bytes one after another, defaults ÷ ours, p50: ${ratio.toFixed(1)} (must ${RATIO_MUST}) ${said(ratio >= RATIO_MUST)}`)
  }
  return isMet
}
