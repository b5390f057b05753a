import { setUidRoutes } from '../../src/stack/servers/postgres'
import { serverConfiguration } from '../../src/stack/servers/questdb'
import { serverArguments } from '../../src/stack/servers/temporal'

describe('how the servers are started', () => {
  const temporal = serverArguments({ dataDir: '/data/temporal', port: 7233, uiPort: 8233, namespace: 'default' })
  const valuesOf = (flag: string): string[] => temporal.filter((_, i) => temporal[i - 1] === flag)

  it('gives Temporal its dynamic configuration as JSON, durations in quotes', () => {
    expect(valuesOf('--dynamic-config-value')).toEqual([
      'history.transferProcessorMaxPollRPS=2000',
      'history.timerProcessorMaxPollRPS=2000',
      'history.timerProcessorMaxTimeShift="10ms"',
      'system.enableActivityEagerExecution=true',
      'matching.numTaskqueueReadPartitions=1',
      'matching.numTaskqueueWritePartitions=1',
    ])
  })

  it('gives Temporal a database file with a write-ahead log, loopback, and no news', () => {
    expect(valuesOf('--sqlite-pragma')).toEqual(['journal_mode=WAL', 'synchronous=NORMAL'])
    expect(valuesOf('--db-filename')).toEqual(['/data/temporal/temporal.db'])
    expect(valuesOf('--ip')).toEqual(['127.0.0.1'])
    expect(temporal).toContain('--ui-disable-news-fetch')
  })

  it('registers the search attributes of a trade', () => {
    expect(valuesOf('--search-attribute')).toEqual([
      ...['Strategy', 'Mode', 'Subject', 'TradeId', 'Outcome'].map((name) => `Crossbook${name}=Keyword`),
      ...['EdgeMicros', 'PnlMicros'].map((name) => `Crossbook${name}=Int`),
    ])
  })

  it('binds QuestDB to loopback and to nothing but HTTP', () => {
    const lines = serverConfiguration(9000).split('\n')
    expect(lines.filter((line) => line.includes('bind.to'))).toEqual(['http.net.bind.to=127.0.0.1:9000'])
    expect(lines).toEqual(
      expect.arrayContaining(['http.min.enabled=false', 'line.tcp.enabled=false', 'pg.enabled=false', 'telemetry.enabled=false']),
    )
  })

  it('runs Postgres as the user postgres, else nobody, of the password file', () => {
    const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin'
    const postgres = 'postgres:x:101:104::/var/lib/postgresql:/bin/bash'
    expect(
      setUidRoutes(`root:x:0:0\n${nobody}\n${postgres}\n`).map((route) => route.kind === 'set-uid' && [route.user, route.uid, route.gid]),
    ).toEqual([
      ['postgres', 101, 104],
      ['nobody', 65534, 65534],
    ])
    expect(setUidRoutes('root:x:0:0\n')).toEqual([])
  })
})
