import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runVectors } from '../../src/replay/vectors/vectors'

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'golden-vectors.json')
const REFERENCE = path.join(__dirname, '..', '..', '..', 'shared', 'reference', 'golden-vectors.json')
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

describe('golden vectors', () => {
  it('agree for every function that the core has', () => {
    const { passed, skipped, failed } = runVectors(read(FIXTURE))
    expect({ failed, skipped }).toEqual({ failed: [], skipped: [] })
    expect(passed).toBe(90)
  })

  it('name the functions that nothing computes, once each', () => {
    const unknown = { id: 'a', fn: 'noSuchFunction', in: {}, out: {} }
    expect(runVectors({ vectors: [unknown, { ...unknown, id: 'b' }] })).toEqual({ passed: 0, skipped: ['noSuchFunction'], failed: [] })
  })

  it('show what was expected and what came', () => {
    const wrong = { id: 'x', fn: 'parseFixed', in: { value: '1.5', decimals: 2 }, out: { units: 151 } }
    expect(runVectors({ vectors: [wrong] }).failed).toEqual([{ id: 'x', expected: { units: 151 }, actual: { units: 150 } }])
  })

  it('take a bug for a failure, not for a refusal', () => {
    const malformed = { id: 'x', fn: 'parseFixed', in: { value: null, decimals: 2 }, out: { error: true } }
    expect(runVectors({ vectors: [malformed] }).failed).toHaveLength(1)
  })

  it.each([[null], [{}], [{ vectors: [{ id: 1 }] }]])('refuse a document of another form: %j', (document) => {
    expect(() => runVectors(document)).toThrow(RangeError)
  })

  it('are the reference file', () => {
    if (!existsSync(REFERENCE)) {
      console.warn(`skipped: ${REFERENCE} is not here`)
      return
    }
    expect(read(FIXTURE)).toEqual(read(REFERENCE))
  })
})
