import type { Rig } from './rig'

/** Accidents of single orders: an answer lost, late, short, fractional, or about something else than was sent. */
export function orderFaults(rig: () => Rig): void {
  it('late_accept: nothing is sent while the first leg is unknown; found, it is completed (E12, I2)', async () => {
    const { ticker } = rig().listing('late')
    await rig().kalshi('fault', { name: 'late_accept', ms: 5_000, method: 'POST', ticker })
    const id = await rig().taken('late')
    expect(await rig().result(id)).toEqual({ outcome: 'locked', filled: { a: 10, c: 10 } })
  })

  it('A6 reset_after_accept: the answer is lost, the order is found by its id, and there is one', async () => {
    const { ticker } = rig().listing('reset')
    await rig().kalshi('fault', { name: 'reset_after_accept', method: 'POST', ticker })
    const { outcome, filled } = await rig().result(await rig().taken('reset'))
    expect(outcome).toBe('locked')
    expect(filled['a']).toBe(10)
  })

  it('A4 four of ten filled and the answer lost: exactly four are hedged', async () => {
    const { ticker } = rig().listing('short')
    await rig().kalshi('fault', { name: 'partial:0.4', ticker })
    await rig().kalshi('fault', { name: 'reset_after_accept', method: 'POST', ticker })
    const { outcome, filled } = await rig().result(await rig().taken('short'))
    expect(outcome).toBe('locked')
    expect(filled['a']).toBe(4)
    expect((filled['b'] ?? 0) + (filled['c'] ?? 0)).toBe(4)
  })

  it('E15 a fractional first fill: seven whole contracts are hedged, half a one stays as dust', async () => {
    const { ticker } = rig().listing('fraction')
    await rig().kalshi('fault', { name: 'fractional_fill', left: '2.50', ticker })
    const id = await rig().taken('fraction')
    expect(await rig().result(id)).toEqual({ outcome: 'locked', filled: { a: 7.5, b: 7 } })
    const { result } = await rig().stack.ask<{ result: { dust: number } }>('trade', id)
    expect(result.dust).toBe(50)
  })

  it('A5 six of ten hedged: six boxes are kept, four are sold back', async () => {
    const id = await rig().heldOpen('six')
    await rig().outbid('six', 4)
    expect(await rig().result(id)).toEqual({ outcome: 'partly-locked', filled: { a: 10, b: 6, c: 4 } })
  })

  it('E13 tif_rewritten: the resting rest is cancelled, the venue halted, and what it did not fill is sold elsewhere', async () => {
    const id = await rig().heldOpen('rewritten')
    await rig().ibkr('fault', { name: 'tif_rewritten', con_id: rig().listing('rewritten').noConId })
    await rig().outbid('rewritten', 4)
    const result = await rig().result(id)
    const halts = await rig().halts()
    await rig().command('resume', 'venue:forecastex')
    expect(result).toEqual({ outcome: 'partly-locked', filled: { a: 10, b: 6, c: 4 } })
    expect(halts).toEqual(['venue:forecastex'])
  })
}
