// What the benchmark of frames says: lines for a person as it goes, or one JSON document at its end.

/** performance.md §1, by contender: must and aim. The others are told for comparison. */
export const RATIOS = {
  'asyncio + Decimal': [10, 22],
  'NautilusTrader (Python)': [4, 9],
  'JSON.parse + flat book': [1.5, 3],
  'JSON.parse + Map + scan': [4, 8],
  'msgspec + list book (Python)': [null, null],
  'JSON.parse + sorted floats (the way of ccxt)': [null, null],
}
const WIDTH = 62
const number = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)).padStart(8)

export class Report {
  #isJson
  #document = { versions: {}, skipped: [], contenders: [], figures: [], paced: [] }
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
    this.#say(`${count} frames of ${markets} markets, ${rounds} interleaved rounds, medians of processor time, a process for each contender\n`)
  }
  proof(hash) {
    this.#document.booksSha256 = hash
  }
  speed(name, perSecond, took) {
    this.#document.contenders.push({ name, perSecond: Math.round(perSecond), ...took })
    const each = took ? `p50 ${took.p50.toFixed(2)} µs  p99 ${took.p99.toFixed(2)} µs` : ''
    this.#say(`${name.padEnd(46)}${(perSecond / 1e6).toFixed(3).padStart(8)} M frames/s  ${each}`)
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
    this.#say(`${where.padEnd(31)}${String(rate).padStart(12)}${String(pairs).padStart(9)} ${[p50, p99, p999].map(number).join(' ')} ${counts}`)
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
