// What the benchmark of frames says: lines for a person as it goes, or one JSON document at its end.

/** By contender: its name in the document; must and aim of performance.md §1, the others are told for comparison. */
export const BASELINES = {
  'asyncio + Decimal': { key: 'asyncioDecimal', must: 10, aim: 22 },
  'NautilusTrader (Python)': { key: 'nautilus', must: 4, aim: 9 },
  'JSON.parse + flat book': { key: 'jsonParseFlat', must: 1.5, aim: 3 },
  'JSON.parse + Map + scan': { key: 'jsonParseMap', must: 4, aim: 8 },
  'msgspec + list book (Python)': { key: 'msgspec', must: null, aim: null },
  'JSON.parse + sorted floats (the way of ccxt)': { key: 'sortedFloats', must: null, aim: null },
}
const WIDTH = 62
const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)).padStart(8)

export class Report {
  #isJson
  #document = { versions: {}, skipped: [], baselines: {}, figures: [], paced: [] }
  isMissed = false

  constructor(isJson) {
    this.#isJson = isJson
  }

  machine({ cpu, commit, node }) {
    Object.assign(this.#document, { cpu, commit })
    this.version('Node', node)
    this.#say(`${cpu}; Node ${node}; commit ${commit}`)
  }
  version(of, version) {
    this.#document.versions[of] = version
  }
  skip(sentence) {
    this.#document.skipped.push(sentence)
    this.#say(sentence)
  }
  frames({ count, markets, rounds, recorded }) {
    Object.assign(this.#document, { frames: count, markets, rounds, recorded })
    this.#say(
      `${count} frames of ${markets} markets, ${rounds} interleaved rounds, medians of processor time, a process for each contender\n`,
    )
  }
  proof(hash) {
    Object.assign(this.#document, { equalBooks: true, booksSha256: hash })
  }
  /** @param took µs of each frame; null: not measured */
  speed(name, { median, best }, took) {
    const told = { framesPerSecond: { median: Math.round(median), best: Math.round(best) }, ...(took && { usPerFrame: took }) }
    if (name === 'ours') this.#document.ours = told
    else this.#document.baselines[BASELINES[name].key] = told
    const each = took ? `p50 ${took.p50.toFixed(2)} µs  p99 ${took.p99.toFixed(2)} µs` : ''
    this.#say(`${name.padEnd(46)}${(median / 1e6).toFixed(3).padStart(8)} M frames/s  ${each}`)
  }
  figure(what, value) {
    this.#document.figures.push({ what, value })
    this.#say(`${what.padEnd(WIDTH)}${number(value)}`)
  }
  atLeast(what, value, must, aim) {
    this.#judge(what, value, must, aim, must === null || value >= must)
  }
  atMost(what, value, must, aim) {
    this.#judge(what, value, must, aim, value <= must)
  }
  paced(run) {
    if (this.#document.paced.length === 0)
      this.#say('\nhandler entry → decision, µs       frames/s    pairs      p50      p99    p99.9    finds  refused')
    this.#document.paced.push(run)
    const { from, rate, pairs, p50, p99, p999, found, refused } = run
    const where = from === 'socket' ? 'from a socket on 127.0.0.1' : 'in process'
    const counts = [found, refused].map((count) => String(count).padStart(8)).join(' ')
    this.#say(
      `${where.padEnd(31)}${String(rate).padStart(12)}${String(pairs).padStart(9)} ${[p50, p99, p999].map(number).join(' ')} ${counts}`,
    )
  }
  end() {
    if (this.#isJson) process.stdout.write(`${JSON.stringify(this.#document, null, 2)}\n`)
    else this.#say(`\nall contenders ended with the same books (sha256 ${this.#document.booksSha256.slice(0, 16)}) and sums of tops`)
  }

  #judge(what, value, must, aim, holds) {
    this.#document.figures.push({ what, value, must, aim, holds })
    if (!holds) this.isMissed = true
    const target = must === null ? '' : `   must ${must}, aim ${aim}   ${holds ? 'holds' : 'MISSED'}`
    this.#say(`${what.padEnd(WIDTH)}${number(value)}${target}`)
  }
  #say(line) {
    if (!this.#isJson) process.stdout.write(`${line}\n`)
  }
}
