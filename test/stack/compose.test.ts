import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { serverConfiguration } from '../../src/stack/servers/questdb'
import { serverArguments } from '../../src/stack/servers/temporal'
import { PROJECT_ROOT } from '../../src/stack/sources'
import { POSTGRES, QUESTDB, TEMPORAL, VALKEY } from '../../src/stack/versions'

interface Service {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly profiles?: readonly string[]
}

describe('docker-compose.yml', () => {
  const { services } = parse(readFileSync(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8')) as { services: Record<string, Service> }

  it('runs the versions that are embedded', () => {
    expect(services['temporal']?.image).toBe(`temporalio/temporal:${TEMPORAL.version}`)
    expect(services['postgres']?.image).toBe(`postgres:${POSTGRES.version}`)
    expect(services['redis']?.image).toBe(`valkey/valkey:${VALKEY.version.replace(/\.post\d+$/, '')}`)
    expect(services['questdb']?.image).toBe(`questdb/questdb:${QUESTDB.version}`)
  })

  it('sets QuestDB as the embedded one is set, but for its address', () => {
    const { JVM_PREPEND: _memory, QDB_HTTP_NET_BIND_TO: _address, ...set } = services['questdb']?.environment ?? {}
    const lines = Object.entries(set).map(([key, value]) => `${key.replace('QDB_', '').toLowerCase().replaceAll('_', '.')}=${value}`)
    expect(lines).toContain('line.auto.create.new.tables=false')
    expect(serverConfiguration(9000).split('\n')).toEqual(expect.arrayContaining(lines))
  })

  it('starts Temporal as the embedded one is started, but for addresses', () => {
    const embedded = serverArguments({ dataDir: '/data', port: 7233, uiPort: 8233, namespace: 'default' })
    const ours = services['temporal']?.command?.flatMap((part) => splitFlag(part))
    expect(ours).toEqual(embedded.map((part) => (part === '127.0.0.1' ? '0.0.0.0' : part)))
  })

  it('asks every service a question, and publishes to this machine only', () => {
    for (const { healthcheck, ports, profiles } of Object.values(services)) {
      expect(healthcheck?.test.length).toBeGreaterThan(1)
      for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
      expect(profiles === undefined).toBe(ports !== undefined)
    }
  })
})

/** `--flag=value` in two parts, at the first equals sign. */
function splitFlag(part: string): readonly string[] {
  const at = part.startsWith('--') ? part.indexOf('=') : -1
  return at === -1 ? [part] : [part.slice(0, at), part.slice(at + 1)]
}
