import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isFree, rememberPorts } from '../../src/stack/free-ports'

describe('ports', () => {
  let folder: string
  let file: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'crossbook-ports-'))
    file = join(folder, 'data', 'ports.json')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('are chosen once and remembered, below the range of outgoing connections', async () => {
    const first = await rememberPorts(file, ['a', 'b'])
    expect(first.moved).toEqual([])
    expect(first.ports.a).not.toBe(first.ports.b)
    for (const port of Object.values(first.ports)) expect(port >= 20_000 && port < 32_768).toBe(true)
    expect(await rememberPorts(file, ['a', 'b'])).toEqual(first)
  })

  it('keep the ports of names that are not asked for', async () => {
    const { ports } = await rememberPorts(file, ['a'])
    await rememberPorts(file, ['b'])
    expect((await rememberPorts(file, ['a'])).ports).toEqual(ports)
  })

  it('move when somebody else listens there', async () => {
    const { ports } = await rememberPorts(file, ['a', 'b'])
    const foreign = createServer().listen(ports.a, '127.0.0.1')
    await once(foreign, 'listening')
    expect(await isFree(ports.a)).toBe(false)
    const after = await rememberPorts(file, ['a', 'b'])
    foreign.close()
    expect(after.moved).toEqual(['a'])
    expect(after.ports.a).not.toBe(ports.a)
    expect(after.ports.b).toBe(ports.b)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(after.ports)
  })

  it.each(['{', '{"a":"80"}', '{"a":0}', '{"a":70000}'])('say which file is wrong: %s', async (text) => {
    await rememberPorts(file, ['a'])
    writeFileSync(file, text)
    await expect(rememberPorts(file, ['a'])).rejects.toThrow(`${file} is not a list of ports. Delete it: new ports are then chosen.`)
  })
})
