import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  findJava,
  findPostgres,
  findQuestdb,
  findRedis,
  findTemporal,
  findTemporalTestServer,
  questdbJar,
  wheelFolder,
} from '../../src/stack/sources'
import type { Place } from '../../src/stack/sources'
import { JAVA, TEMPORAL, TEMPORAL_TEST_SERVER, VALKEY } from '../../src/stack/versions'
import type { Wheel } from '../../src/stack/versions'

describe('where a server comes from', () => {
  let root: string
  let place: Place

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'crossbook-sources-'))
    place = { root, env: { PATH: join(root, 'bin') } }
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  function put(file: string, text: string): void {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, 0o755)
  }
  const onPath = (name: string, says: string): void => put(join(root, 'bin', name), `#!/bin/sh\necho '${says}'\n`)
  const fetched = (wheel: Wheel): void => put(join(wheelFolder(place, wheel), wheel.program), '')
  const packaged = (): void => {
    const native = join(root, 'node_modules', '@embedded-postgres', 'linux-x64', 'native')
    for (const file of ['bin/postgres', 'bin/initdb', 'lib/libpq.so.5']) put(join(native, file), '')
  }

  it('is nowhere on an empty machine', async () => {
    expect(await Promise.all([findTemporal(place), findRedis(place), findQuestdb(place), findPostgres(place, null)])).toEqual([
      null,
      null,
      null,
      null,
    ])
    expect(findTemporalTestServer(place)).toBeNull()
  })

  it('is PATH before the folder of fetched servers', async () => {
    fetched(TEMPORAL)
    onPath('temporal', 'temporal version 1.10.0 (Server 1.33.0)')
    expect(await findTemporal(place)).toEqual({ command: 'temporal', version: '1.10.0', from: 'PATH' })
  })

  it('is not a program on PATH that is too old', async () => {
    fetched(TEMPORAL)
    onPath('temporal', 'temporal version 1.8.2 (Server 1.31.2)')
    expect(await findTemporal(place)).toMatchObject({ version: '1.9.1', from: '.crossbook/servers' })
  })

  it('is not a program on PATH that fails', async () => {
    fetched(VALKEY)
    put(join(root, 'bin', 'valkey-server'), '#!/bin/sh\necho 9.9.9\nexit 1\n')
    expect(await findRedis(place)).toMatchObject({ version: VALKEY.version, from: '.crossbook/servers' })
  })

  it('is Valkey before Redis, and Redis when it is new enough', async () => {
    onPath('redis-server', 'Redis server v=7.0.15 sha=00000000:0')
    expect(await findRedis(place)).toMatchObject({ command: 'redis-server' })
    onPath('valkey-server', 'Valkey server v=9.0.1 sha=00000000:0')
    expect(await findRedis(place)).toMatchObject({ command: 'valkey-server' })
  })

  it('is Postgres on PATH only when initdb is of the same version and the data of the same major', async () => {
    packaged()
    onPath('postgres', 'postgres (PostgreSQL) 19.1')
    onPath('initdb', 'initdb (PostgreSQL) 18.4')
    expect(await findPostgres(place, null)).toMatchObject({ from: 'node_modules' })
    onPath('initdb', 'initdb (PostgreSQL) 19.1')
    expect(await findPostgres(place, null)).toMatchObject({ from: 'PATH', initdb: 'initdb', version: '19.1' })
    expect(await findPostgres(place, 18)).toMatchObject({ from: 'node_modules' })
  })

  it('needs both a jar and a Java that is new enough for QuestDB', async () => {
    put(questdbJar(place), '')
    onPath('java', 'openjdk version "11.0.2"')
    expect(await findQuestdb(place)).toBeNull()
    fetched(JAVA)
    expect(await findJava(place)).toMatchObject({ from: '.crossbook/servers' })
    expect(await findQuestdb(place)).toMatchObject({ jar: questdbJar(place) })
  })

  it('is never PATH for the test server, which cannot tell its version', () => {
    onPath('temporal-test-server', '1.99.0')
    expect(findTemporalTestServer(place)).toBeNull()
    fetched(TEMPORAL_TEST_SERVER)
    expect(findTemporalTestServer(place)).toMatchObject({ version: TEMPORAL_TEST_SERVER.version })
  })
})
