import type { Rig } from './rig'

/** Long enough for two commands, and short enough for the second leg's not-after. */
const HELD_MS = 2_500

/** Halts between the legs, and who may trade a market that already has an owner. */
export function haltFaults(rig: () => Rig): void {
  /** What a trade comes to that is halted between its legs. */
  const halted = async (pair: string, scope: string): ReturnType<Rig['result']> => {
    const id = await rig().heldOpen(pair, HELD_MS)
    await rig().command('halt', scope)
    try {
      return await rig().result(id)
    } finally {
      await rig().command('resume', scope)
    }
  }

  it('halt all between the legs: the second leg reduces and goes on (E26)', async () => {
    expect(await halted('halt-all', 'all')).toEqual({ outcome: 'locked', filled: { a: 10, b: 10 } })
  })

  it('halt of the second venue between the legs: what is naked is sold where it was bought (E26)', async () => {
    expect(await halted('halt-venue', 'venue:forecastex')).toEqual({ outcome: 'unwound', filled: { a: 10, c: 10 } })
  })

  it('halt of the pair between the legs: no second leg; a cure goes on (E26)', async () => {
    const { outcome, filled } = await halted('halt-pair', 'pair:halt-pair.1')
    expect(['locked', 'unwound']).toContain(outcome)
    expect(filled).toEqual({ a: 10, c: 10 })
  })

  it('a second trade on the same pair in the same direction shares its claim; the opposite one is refused (E7)', async () => {
    const id = await rig().taken('twice')
    const first = await rig().result(id)
    const second = await rig().result(await rig().taken('twice'))
    expect([first.outcome, second.outcome]).toEqual(['locked', 'locked'])
    const subject = await rig().subject(id)
    await rig().offerOpposite('twice')
    await rig().stack.until('a refusal by the claims', 30_000, async () => {
      await rig().touch('twice') // a cool-down may have been in the way
      const status = await rig().stack.streaming<{ refusals: Record<string, number> }>()
      return (status?.refusals['claims'] ?? 0) > 0
    })
    expect((await rig().trades()).filter(({ pair, outcome }) => pair === subject && outcome === 'locked')).toHaveLength(2)
  })

  it('a halt survives a restart of everything (E26)', async () => {
    await rig().command('halt', 'all')
    await rig().restart()
    expect(await rig().halts()).toEqual(['all'])
    const before = rig().wire.ids().size
    await rig().offer('restarted')
    await rig().stack.until('the launcher to skip it', 30_000, async () => {
      const status = await rig().stack.streaming<{ counters: { skipped: number } }>()
      return (status?.counters.skipped ?? 0) > 0
    })
    await rig().wire.look()
    expect(rig().wire.ids().size).toBe(before)
    await rig().command('resume', 'all')
  })
}
