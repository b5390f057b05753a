import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { readFailure } from '../../../../../src/venues/kalshi/wire/errors'
import { readShared, recordings, SHARED } from '../../fakes'
import { errorWords, MEANINGS } from './meanings'
import { kindOf, READERS } from './readers'

const FOLDER = 'kalshi_wire_captures'
const text = (file: string): string => readShared(`${FOLDER}/${file}`).toString('utf8')

recordings('all recorded answers, by two readings that share no code', () => {
  const folder = path.join(SHARED, FOLDER)
  const bodies = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith('.json') && !file.endsWith('.meta.json'))
    .map((file) => file.slice(0, -'.json'.length))
  // one recording came without its envelope
  const meta = (name: string): { status: number; path: string } =>
    existsSync(path.join(folder, `${name}.meta.json`))
      ? (JSON.parse(text(`${name}.meta.json`)) as { status: number; path: string })
      : { status: 200, path: '' }
  const isGood = (name: string): boolean => meta(name).status < 300

  it('are 58, beside two of the stream', () => expect(bodies).toHaveLength(58))

  for (const name of bodies.filter(isGood))
    it(`${name} means the same field by field`, () => {
      const kind = kindOf(name)
      if (kind === null) throw new Error(`no reader is named for ${name}`)
      const body = JSON.parse(text(`${name}.json`)) as unknown
      expect(READERS[kind](body)).toEqual(MEANINGS[kind](body))
    })

  for (const name of bodies.filter((each) => !isGood(each)))
    it(`${name} is the same refusal`, () => {
      const { status, path: called } = meta(name)
      const words = errorWords(text(`${name}.json`))
      const failure = readFailure(status, text(`${name}.json`), called)
      expect(failure).toMatchObject({ status, code: words.code ?? `http_${status}` })
      expect(failure.detail).toContain(words.details ?? '')
    })
})
