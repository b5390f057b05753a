import { scrapeTargets } from '../../../src/stack/supervision/scrape'

const ENDPOINTS = { streamingHealthPort: 1, workerHealthPort: 2 }

describe('what Prometheus is told to scrape', () => {
  it('one shard is named by the configuration', () => {
    expect(scrapeTargets(ENDPOINTS, 'main')).toEqual([
      { targets: ['127.0.0.1:2'], labels: { process: 'worker' } },
      { targets: ['127.0.0.1:1'], labels: { process: 'streaming', shard: 'main' } },
    ])
  })
  it('each of several shards, and each standby', () => {
    const shards = [
      { name: 'a', healthPort: 1, standbyPort: 3 },
      { name: 'b', healthPort: 4, standbyPort: 5 },
    ]
    expect(scrapeTargets({ ...ENDPOINTS, shards }, 'main').map(({ targets: [at], labels }) => [at, labels.process, labels.shard])).toEqual([
      ['127.0.0.1:2', 'worker', undefined],
      ['127.0.0.1:1', 'streaming', 'a'],
      ['127.0.0.1:4', 'streaming', 'b'],
      ['127.0.0.1:3', 'standby', 'a'],
      ['127.0.0.1:5', 'standby', 'b'],
    ])
  })
})
