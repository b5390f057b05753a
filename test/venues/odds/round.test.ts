import type { OddsDependencies } from '../../../src/activities/odds/ingest'
import { SPORT, startOdds } from '../../sim/odds/rig'
import { BOOKS, desk, quoted } from './desk'

const NEVER = new AbortController().signal

describe('a round of odds', () => {
  it('asks for what is due, writes the consensus of each outcome with its books, and the rows of each book', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1'), quoted('e2')] })
    const { rounds, written, rows } = desk(sim)
    expect(await rounds.run(NEVER)).toMatchObject({
      sports: [{ sport: SPORT, games: 2, priced: 2, refused: {}, problems: [], failure: null }],
      left: [],
      remaining: 999_999,
      paused: null,
      failure: null,
    })
    expect(
      written.map(({ eventId, lines }) => [eventId, lines.map(({ team, books }) => [team, books.map(({ book }) => book).toSorted()])]),
    ).toEqual(['e1', 'e2'].map((id) => [id, ['Atlanta Braves', 'New York Mets'].map((team) => [team, BOOKS.toSorted()])]))
    const [home, away] = written[0]?.lines ?? []
    expect((home?.consensusMicros ?? 0) + (away?.consensusMicros ?? 0)).toBe(1_000_000) // B1: no margin is left
    expect(home?.books[0]?.updatedMs).toBeLessThan(written[0]?.fetchedMs ?? 0) // B6
    expect(rows).toHaveLength(16)
    for (const { deviggedProbability, impliedProbability } of rows) expect(deviggedProbability).toBeLessThan(impliedProbability)
    expect((rows[0]?.deviggedProbability ?? 0) + (rows[1]?.deviggedProbability ?? 0)).toBe(1_000_000) // B1: per book, before the average
    expect(written.map(({ game: { lines } }) => lines.length)).toEqual([4, 4])
    expect(await rounds.run(NEVER)).toMatchObject({ sports: [], left: [], failure: null })
    await sim.stop()
  })

  it('B6: has no consensus of lines that are ten minutes old, however fresh the fetch, and says why', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1')] })
    sim.fault('stale_lines', { ms: 600_000 })
    const { rounds, written } = desk(sim)
    expect(await rounds.run(NEVER)).toMatchObject({
      sports: [{ games: 1, priced: 0, refused: { 'no usable book': 2, 'line not heard: too old': 4 } }],
    })
    expect(written).toMatchObject([{ eventId: 'e1', lines: [] }]) // what it had before is gone
    await sim.stop()
  })

  it.each(['500', 'html', 'half_body', 'cut_body', 'timeout', 'rate_limit', 'clock_ahead'])(
    'writes nothing when the source has %s, and says so',
    async (fault) => {
      const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1')] })
      sim.fault(fault, { sport: SPORT })
      const { rounds, written, rows, log } = desk(sim)
      const round = await rounds.run(NEVER)
      expect([round.sports.length, typeof round.sports[0]?.failure, written, rows]).toEqual([1, 'string', [], []])
      expect(log.messages('warn')).toEqual([expect.stringContaining(`no odds of ${SPORT}: `)])
      await sim.stop()
    },
  )

  it('keeps no game whose start is not told, and no line of one side', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1', { commence_time: null }), quoted('e2')] })
    sim.fault('one_sided')
    const { rounds, written, rows } = desk(sim)
    expect(await rounds.run(NEVER)).toMatchObject({
      sports: [{ games: 2, priced: 0, problems: ['event e1: its start is not told, so it is not kept'] }],
    })
    expect(written).toMatchObject([{ eventId: 'e2', lines: [] }])
    expect(rows.map(({ deviggedProbability }) => deviggedProbability)).toEqual(Array(8).fill(null))
    await sim.stop()
  })

  it('B20: asks for nothing once the credits are gone and says why, and goes on when there are new ones', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1 }, events: [quoted('e1')] })
    const found = desk(sim)
    expect(await found.rounds.run(NEVER)).toMatchObject({
      sports: [{ priced: 1 }],
      remaining: 0,
      paused: expect.stringContaining('the credits of the month are gone: 0 are left') as string,
    })
    expect(await found.rounds.run(NEVER)).toMatchObject({
      sports: [],
      nextMs: null,
      paused: expect.stringContaining('the credits of the month are gone: 0 are left') as string,
    })
    expect(await found.rounds.creditsBack(NEVER)).toBeNull()
    sim.event({ type: 'credits', remaining: 500_000 })
    expect(await found.rounds.creditsBack(NEVER)).toBe('there are 500000 credits again')
    found.aheadMs = 60_000
    expect(await found.rounds.run(NEVER)).toMatchObject({ sports: [{ games: 1 }], paused: null })
    await sim.stop()
  })

  it('B20: goes on where what was to be the last call cost nothing', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1 }, events: [quoted('e1', { commence_time: '-1d' })] })
    expect(await desk(sim).rounds.run(NEVER)).toMatchObject({ sports: [{ games: 0, failure: null }], remaining: 1, paused: null })
    await sim.stop()
  })

  it('B20: has no credits left when the source says so, whatever it counted before, and asks nobody whether there are any while it is away', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1')] })
    sim.fault('out_of_credits')
    const { rounds } = desk(sim)
    expect(await rounds.run(NEVER)).toMatchObject({
      paused: expect.stringContaining('the source says that the credits of the month are gone') as string,
      nextMs: null,
      keyRefused: null,
    })
    sim.fault('500')
    expect(await rounds.creditsBack(NEVER)).toBeNull()
    await sim.stop()
  })

  it('tells of a key that is refused, asked for odds or for what is left', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1')] })
    const refused = { keyRefused: expect.stringContaining('401') as string, paused: null }
    const { rounds } = desk(sim)
    sim.fault('refused_key', { sport: SPORT })
    expect(await rounds.run(NEVER)).toMatchObject({ ...refused, failure: null })
    sim.fault('refused_key')
    expect(await desk(sim).rounds.run(NEVER)).toMatchObject({ ...refused, failure: expect.stringContaining('key refused') as string })
    await sim.stop()
  })

  it('keeps the others where one event makes no keys, and records all', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1'), quoted('e2')] })
    const kept: string[] = []
    const write: OddsDependencies['write'] = (events) => {
      if (events.some(({ eventId }) => eventId === 'e1')) return Promise.reject(new RangeError('the event "e1" cannot be part of a key'))
      return Promise.resolve(void kept.push(...events.map(({ eventId }) => eventId)))
    }
    const { rounds, rows } = desk(sim, { write })
    expect(await rounds.run(NEVER)).toMatchObject({
      sports: [{ games: 2, problems: ['event e1 cannot be kept: the event "e1" cannot be part of a key'] }],
    })
    expect([kept, rows.length]).toEqual([['e2'], 16])
    await sim.stop()
  })

  it('records what it has paid for while the cache is away', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000 }, events: [quoted('e1')] })
    const { rounds, rows } = desk(sim, { write: () => Promise.reject(new Error('away')) })
    await expect(rounds.run(NEVER)).rejects.toThrow('away')
    expect(rows).toHaveLength(8)
    await sim.stop()
  })

  it('spends nothing on a guess: without knowing what is left, without an open market, beyond what configuration allows', async () => {
    const sim = await startOdds({ settings: { monthly_credits: 1_000_000, credits_used: 600 }, events: [quoted('e1')] })
    sim.fault('refused_key')
    expect(await desk(sim).rounds.run(NEVER)).toMatchObject({
      sports: [],
      remaining: null,
      failure: expect.stringContaining('key refused') as string,
    })
    expect(await desk(sim, { watched: () => Promise.resolve(new Map()) }).rounds.run(NEVER)).toMatchObject({
      sports: [],
      nextMs: null,
      paused: null,
      failure: null,
    })
    expect(await desk(sim, { monthlyCredits: 600 }).rounds.run(NEVER)).toMatchObject({
      sports: [],
      paused: expect.stringContaining('0 are left') as string,
    })
    expect((sim.world.state() as { odds: { credits: { used: number } } }).odds.credits.used).toBe(600)
    await sim.stop()
  })
})
