// What the benchmark of the record says: lines for a person, in the order in which they are known.

const MB = 1_048_576
const [NEAR, FAR] = [1.1, 1.25]
const OFFER_US = 50
const ANSWER_MS = 10
const num = (value, digits = 2) => value.toFixed(digits).padStart(10)
const said = (holds) => (holds ? 'met' : 'MISSED')
function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** With the record ÷ without it: of all frames together, and the median of the rounds, which is what is judged. */
export function ratiosOf(rounds, on, off) {
  const names = { p50: NEAR, cpuPerFrame: NEAR, p99: FAR, p999: null, processCpuPerFrame: null, waitedP50: null, waitedP99: null }
  return Object.entries(names).map(([name, must]) => {
    const ofRounds = median(rounds.map((each) => each.on[name] / each.off[name]))
    return { name, must, together: on[name] / off[name], rounds: ofRounds, holds: must === null || ofRounds <= must }
  })
}

const TITLES = {
  p50: 'frame handler, p50 µs',
  cpuPerFrame: 'processor per frame in it, µs',
  p99: 'frame handler, p99 µs',
  p999: 'frame handler, p99.9 µs',
  processCpuPerFrame: 'process per frame, writer too, µs',
  waitedP50: 'due → handled, p50 µs',
  waitedP99: 'due → handled, p99 µs',
}

export function hotPath({ on, only, off, away, ratios, rounds }, say) {
  say(`\n${'µs'.padEnd(36)}${['record on', 'off', 'on ÷ off', 'by rounds', 'away', 'rows only'].map((each) => each.padStart(10)).join('')}`)
  for (const { name, must, together, rounds: ofRounds, holds } of ratios) {
    const target = must === null ? '' : `   must ${must} ${said(holds)}`
    const values = [on[name], off[name], together, ofRounds].map((value) => num(value)).join('')
    const others = [away, only].map((each) => (each ? num(each[name]) : '–'.padStart(10))).join('')
    say(`${TITLES[name].padEnd(36)}${values}${others}${target}`)
  }
  say(
    `${on.frames} frames on, ${off.frames} off, ${rounds} rounds, away: ${away?.frames ?? 0} frames while QuestDB was killed and caught up`,
  )
}

export function tables(told, say) {
  say(`\n${'table'.padEnd(24)}${['offered', 'stored', 'capture'].map((each) => each.padStart(12)).join('')}`)
  for (const { table, expected, rows, capture, wrongSums, holds } of told) {
    const wrong = wrongSums.length > 0 ? `: sum of ${wrongSums.join(', ')}` : ''
    const off = rows === expected ? '' : rows < expected ? ` ${expected - rows} LOST` : ` ${rows - expected} TOO MANY`
    say(
      `${table.padEnd(24)}${[expected, rows, capture ?? '–'].map((each) => String(each).padStart(12)).join('')}   ${holds ? 'ties out' : `DOES NOT TIE OUT${off}${wrong}`}`,
    )
  }
}

/** The most after a round of the second half ÷ that of the first; null: too few rounds. */
export function growthOf(bytes) {
  const half = bytes.length >> 1
  return half === 0 ? null : Math.max(...bytes.slice(-half)) / Math.max(...bytes.slice(0, half))
}

export function memory({ most, rssAfterRounds, capacity, dropped, killed }, say) {
  const mb = (bytes) => `${(bytes / MB).toFixed(0)} MB`
  const grown = growthOf(rssAfterRounds)
  const quiet = rssAfterRounds.map((bytes) => (bytes / MB).toFixed(0)).join(' ')
  say(
    `\nthis process: most ${mb(most.rss)}; after each round ${quiet} MB${grown === null ? '' : `, second half ÷ first ${grown.toFixed(2)}   must ${FAR} ${said(grown <= FAR)}`}. QuestDB: most ${mb(most.serverRss)}`,
  )
  say(
    `queue: most ${most.inMemory} rows in memory (of ${capacity}), ${most.spilledRows} on disk (${mb(most.spillBytes)}); dropped ${dropped}`,
  )
  if (killed)
    say(
      `QuestDB was killed for ${(killed.awayMs / 1_000).toFixed(1)} s; all rows were sent ${(killed.caughtUpMs / 1_000).toFixed(1)} s after it was back`,
    )
}

export function questions({ offer, answers, size }, say) {
  say(
    `\noffer(), ${offer.calls} calls, µs: p50 ${offer.p50.toFixed(2)}  p99 ${offer.p99.toFixed(2)}  p99.9 ${offer.p999.toFixed(2)}  max ${offer.max.toFixed(0)}   must p99 ${OFFER_US} ${said(offer.p99 <= OFFER_US)}`,
  )
  say(
    `\n${`LATEST ON, ${size.rows} rows, ${mb0(size.diskBytes)} on disk, ms`.padEnd(52)}${['first', 'p50', 'p99', 'rows'].map((each) => each.padStart(10)).join('')}`,
  )
  for (const { title, first, p50, p99, rows } of answers)
    say(
      `${title.padEnd(52)}${[first, p50, p99].map((value) => num(value)).join('')}${String(rows).padStart(10)}   must p99 ${ANSWER_MS} ${said(p99 < ANSWER_MS)}`,
    )
}
/** Whether every must of speed and memory is met; a run too short to tell of one has not missed it. */
export function isMet({ ratios, rounds, memory: { rssAfterRounds }, offer, answers }) {
  const isFast = rounds === 0 || ratios.every(({ holds }) => holds)
  const isBounded = (growthOf(rssAfterRounds) ?? 0) <= FAR
  return isFast && isBounded && offer.p99 <= OFFER_US && answers.every(({ p99 }) => p99 < ANSWER_MS)
}
const mb0 = (bytes) => `${(bytes / MB).toFixed(0)} MB`
