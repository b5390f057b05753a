// Very many markets, and changes of some of them, in the venue's own words and with its depth.

export const nameOf = (i) => `KXBENCH15M-26AUG${String(i).padStart(6, '0')}-30`
/** A linear congruence: the same traffic in each run. */
export function* chances(seed) {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state
  }
}

/** A snapshot and a change as they were recorded: what is told below differs from them in market, number, price and size alone. */
export function templatesOf(frames) {
  const textOf = (...words) => frames.find(({ payload }) => words.every((word) => payload.includes(word)))?.payload.toString()
  const snapshot = textOf('"orderbook_snapshot"', 'yes_dollars_fp', 'no_dollars_fp')
  const delta = textOf('"orderbook_delta"')
  if (!snapshot || !delta) throw new RangeError('no snapshot with both sides of a book and a change of it are among the frames')
  return { snapshot, delta }
}

/** One connection: `loaded` snapshots first, then as many changes of the first `active` markets as are asked for. Sizes only grow, so no book ever crosses. */
export class Traffic {
  #seq = 0
  #random = chances(1)
  #templates
  #names
  #levels

  constructor(templates, loaded, active) {
    this.#templates = templates
    const { market_ticker: told, yes_dollars_fp: yes, no_dollars_fp: no } = JSON.parse(templates.snapshot).msg
    this.#levels = { yes, no }
    this.#names = { snapshot: told, delta: JSON.parse(templates.delta).msg.market_ticker }
    this.loaded = loaded
    this.active = active
  }

  snapshots() {
    return Array.from({ length: this.loaded }, (_, i) =>
      Buffer.from(this.#counted(this.#templates.snapshot).replace(this.#names.snapshot, nameOf(i))),
    )
  }

  changes(count) {
    return Array.from({ length: count }, () => {
      const side = this.#next() % 2 === 0 ? 'yes' : 'no'
      const [price] = this.#levels[side][this.#next() % this.#levels[side].length]
      const text = this.#counted(this.#templates.delta)
        .replace(this.#names.delta, nameOf(this.#next() % this.active))
        .replace(/"price_dollars":"[^"]*"/, `"price_dollars":"${price}"`)
        .replace(/"delta_fp":"[^"]*"/, `"delta_fp":"${this.#next() % 100}.00"`)
        .replace(/"side":"[^"]*"/, `"side":"${side}"`)
      return Buffer.from(text)
    })
  }

  #counted(text) {
    return text.replace(/"seq":\d+/, `"seq":${++this.#seq}`)
  }
  #next() {
    return this.#random.next().value >>> 8
  }
}
