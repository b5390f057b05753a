import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readApiFile } from '../../src/config/api'
import { temporaryDirectory } from '../stores/doubles'

const dir = temporaryDirectory()
const read = (text: string): ReturnType<typeof readApiFile> => {
  writeFileSync(path.join(dir, 'api.yaml'), text)
  return readApiFile(dir)
}

describe('config/api.yaml', () => {
  it.each([
    ['host: 0.0.0.0', 'is reached by other machines: set tokens to always'],
    ['hosts: [desk.example.org]', 'a reverse proxy brings other machines: set tokens to always'],
    ['proxies: [10.0.0.7]', 'a reverse proxy brings other machines: set tokens to always'],
  ])('with %s is refused without tokens, and taken with them', (line, why) => {
    expect(() => read(`${line}\n`)).toThrow(why)
    expect(read(`${line}\ntokens: always\n`).tokens).toBe('always')
  })
})
