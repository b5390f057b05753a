import { unlessAborted } from '../../ports/limit'
import type { CachedTop, TopsReader } from '../../ports/cache'
import type { Log } from '../../ports/log'
import { connect } from '../../stores/redis/client'
import { FORECASTEX } from '../../stores/redis/forecastex'
import { absentMembers, readMembers, type Member } from '../../stores/redis/inspect'
import { KALSHI } from '../../stores/redis/kalshi'

/** Tops of books over one connection that lives as long as its process. */
export function openTops(url: string, log: Log): TopsReader & { close(): void } {
  const redis = connect(url)
  redis.on('error', (error: Error) => log.debug({ error: error.message }, 'the cache does not answer'))
  return {
    async page(venue, after, limit, signal) {
      if (redis.status !== 'ready') await unlessAborted(redis.ping(), signal) // says why it is not
      return venue === 'kalshi'
        ? (await readMembers(redis, KALSHI.members, after, limit, signal)).map(kalshiTop)
        : (await readMembers(redis, FORECASTEX.members, after, limit, signal)).map(forecastexTop)
    },
    async missing(venue, markets, signal) {
      if (venue === 'kalshi') return absentMembers(redis, KALSHI.members, markets, signal)
      const absent = await absentMembers(
        redis,
        FORECASTEX.members,
        markets.map((market) => `${market}:yes`),
        signal,
      )
      return absent.map((member) => member.slice(0, -':yes'.length))
    },
    close: () => redis.disconnect(),
  }
}

/** Empty: no quote. */
const told = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

const kalshiTop = ({ member, fields }: Member): CachedTop => ({
  ...{ venue: 'kalshi', market: member, outcome: 'yes', series: fields['series'] ?? '' },
  ...{ bid: told(fields['yes_bid']), bidSize: told(fields['yes_bid_size']), ask: told(fields['yes_ask']) },
  ...{ askSize: told(fields['yes_ask_size']), atMs: Number(fields['ts']) },
})
const forecastexTop = ({ fields }: Member): CachedTop => ({
  ...{ venue: 'forecastex', market: fields['con_id'] ?? '', outcome: fields['outcome'] === 'no' ? 'no' : 'yes' },
  ...{ series: fields['series'] ?? '', bid: told(fields['bid']), bidSize: told(fields['bid_size']), ask: told(fields['ask']) },
  ...{ askSize: told(fields['ask_size']), atMs: Number(fields['ts']) },
})
