import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createHaltFile } from '../../../src/stores/files/halt-file'
import { HaltMirror } from '../../../src/streaming/mirror'
import { createGate } from '../../../src/venues/gate'
import { boxPlan, DECIDED_MS } from '../../saga/plan'
import { final, MemoryTradeJournal, sending } from '../../venues/memory-journal'
import { LogBook, SettableClock, temporaryDirectory } from '../doubles'

const root = temporaryDirectory()
let run = 0
function haltFile() {
  const clock = new SettableClock(1_000_000)
  const dir = path.join(root, String((run += 1)))
  return { clock, dir, file: createHaltFile(dir, () => clock.nowMs()) }
}

describe('E26 the halt file', () => {
  it('halts nothing when it is not there', () => {
    expect(haltFile().file.read()).toEqual({ halted: false, scopes: [], entries: [] })
  })

  it('adds scopes with a rising epoch, replaces, and clears them', () => {
    const { file } = haltFile()
    file.write(['venue:kalshi', 'pair:u3'], 'ann', 'odd prices')
    file.write(['pair:u3'], 'bob', 'still odd')
    expect(file.read().entries).toEqual([
      { scope: 'venue:kalshi', epoch: 1, by: 'ann', reason: 'odd prices', atMs: 1_000_000 },
      { scope: 'pair:u3', epoch: 2, by: 'bob', reason: 'still odd', atMs: 1_000_000 },
    ])
    file.clear(['venue:kalshi'])
    expect(file.read().scopes).toEqual(['pair:u3'])
    file.clear()
    expect(file.read().halted).toBe(false)
    expect(existsSync(file.path)).toBe(false)
  })

  it('is seen by another process within 5 ms, and looked at only that often', () => {
    const { file, dir, clock } = haltFile()
    expect(file.read().halted).toBe(false)
    createHaltFile(dir).write(['all'], 'ann', 'stop')
    clock.advance(4)
    expect(file.read().halted).toBe(false)
    clock.advance(1)
    expect(file.read()).toMatchObject({ halted: true, scopes: ['all'] })
  })

  it('looks again when the clock was set back', () => {
    const { file, dir, clock } = haltFile()
    file.read()
    createHaltFile(dir).write(['all'], 'ann', 'stop')
    clock.advance(-5000)
    expect(file.read().halted).toBe(true)
  })
})

describe('a halt file that cannot be understood', () => {
  it.each(['', '{"scope":"all"}', '[{"scope":1}]', 'halt'])('halts everything: %j', (content) => {
    const { file, dir } = haltFile()
    mkdirSync(dir, { recursive: true })
    writeFileSync(file.path, content)
    expect(file.read()).toMatchObject({ halted: true, scopes: ['all'] })
    expect(file.read().entries[0]?.reason).toContain('correct or remove it')
  })

  it('halts until it is corrected', () => {
    const { file, dir, clock } = haltFile()
    mkdirSync(dir, { recursive: true })
    writeFileSync(file.path, '')
    expect(file.read().halted).toBe(true)
    writeFileSync(file.path, '[]')
    utimesSync(file.path, 1, 1)
    clock.advance(5)
    expect(file.read().halted).toBe(false)
  })

  it('halts when it is a folder', () => {
    const { file } = haltFile()
    mkdirSync(file.path, { recursive: true })
    expect(file.read().halted).toBe(true)
  })

  it('keeps that halt when a scope is added', () => {
    const { file, dir } = haltFile()
    mkdirSync(dir, { recursive: true })
    writeFileSync(file.path, 'damaged')
    file.write(['pair:u3'], 'ann', 'odd prices')
    expect(file.read().scopes).toEqual(['all', 'pair:u3'])
    expect(JSON.parse(readFileSync(file.path, 'utf8'))).toHaveLength(2)
  })
})

describe('E26 I10 the halt file with Postgres and Temporal down', () => {
  const plan = boxPlan('T1')
  const [{ order: opening }, { order: hedge }] = plan.legs
  const { signal } = new AbortController()

  /** A process whose ledger never told it anything and does not answer, and the command line beside it. */
  function process() {
    const clock = new SettableClock(DECIDED_MS)
    const dir = path.join(root, String((run += 1)))
    const journal = new MemoryTradeJournal()
    const gate = createGate({
      clock,
      journal,
      log: new LogBook(),
      ordersPerMinute: 240,
      halts: new HaltMirror(createHaltFile(dir, () => clock.nowMs())),
      lease: { valid: () => true, epoch: 1 },
      grantOf: () => Promise.reject(new Error('the ledger is down')),
    })
    gate.remember(plan)
    const permit = async (order: typeof opening) => {
      const answer = await gate.admit(order, signal)
      if (answer.kind !== 'granted') throw new Error(answer.detail)
      return answer.mayWrite
    }
    return { clock, journal, permit, operator: createHaltFile(dir, () => clock.nowMs()) }
  }

  it('refuses an opening whose permit was given before, within 5 ms', async () => {
    const { clock, permit, operator } = process()
    const mayOpen = await permit(opening)
    operator.write(['all'], 'ann', 'stop')
    clock.advance(5)
    expect(mayOpen()).toBe('halted')
  })

  it('lets the opening go when nothing is in it: the refusal above is the file’s', async () => {
    const { clock, permit } = process()
    const mayOpen = await permit(opening)
    clock.advance(5)
    expect(mayOpen()).toBeNull()
  })

  it('never stops what reduces', async () => {
    const { clock, journal, permit, operator } = process()
    journal.all.push(sending(opening, clock.nowMs()), final(opening, opening.quantity, clock.nowMs()))
    const mayHedge = await permit(hedge)
    operator.write(['all'], 'ann', 'stop')
    clock.advance(5)
    expect(mayHedge()).toBeNull()
  })
})
