import type { SettlementDependencies } from '../../activities'
import type { MarketId } from '../../core/ids'
import type { ToldPayout } from '../../core/ledger/settlement'
import { NO_QUANTITY, quantity } from '../../core/units'
import type { PaperPayout } from '../../ports/account'
import { systemClock } from '../clock'
import type { PaperAccounts, YesPays } from './accounts'

/** Kalshi's records of payouts, as the paper account keeps them: what is decided is paid by the question. */
export const paperPayouts = ({ books }: PaperAccounts, yesPays: YesPays): Pick<SettlementDependencies['kalshi'], 'payout' | 'payouts'> => ({
  async payout(market: MarketId, signal) {
    const pays = await yesPays('kalshi', market, signal)
    const paid = pays === null ? null : await books.pay('kalshi', market, pays, systemClock().nowMs(), signal)
    return paid && toldOf(paid)
  },
  payouts: async (sinceMs, signal) =>
    (await books.payouts('kalshi', sinceMs, signal)).map((payout) => ({ ...toldOf(payout), market: payout.market })),
})

const toldOf = ({ net, paid, fees, atMs }: PaperPayout): ToldPayout => ({
  yes: net > 0 ? net : NO_QUANTITY,
  no: net < 0 ? quantity(-net) : NO_QUANTITY,
  ...{ paid, fees, atMs },
})
