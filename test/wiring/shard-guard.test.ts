import type { TradeId } from '../../src/core/ids'
import { createTokens } from '../../src/venues/tokens'
import { openShardGuard } from '../../src/wiring/shard-guard'
import { boxPlan } from '../saga/plan'
import { Host } from '../venues/gate-host'
import { testSigner } from '../venues/kalshi/fakes'

const PLANS = [boxPlan('T1'), boxPlan('T2')] as const
const leased = (tokens: ReturnType<typeof createTokens>): number | undefined => tokens.state()[0]?.leased

describe('E18 E19 the tokens of trades that a restart finds in the journal', () => {
  const host = new Host()
  const tokens = createTokens(host.clock)
  const open = () => {
    const { guard: gate } = host.start()
    return openShardGuard({ gate, journal: host.journal, tokens, signer: testSigner(), shardOf: () => 0, onBytes: () => undefined })
  }

  it('are leased as if no cure had been sent, until the trade is over, wherever it ended', async () => {
    const { guard } = host.start()
    for (const plan of PLANS) guard.remember(plan)
    const again = open()
    expect(leased(tokens)).toBe(80)
    await again.forgetEnded((tradeId: TradeId) => Promise.resolve(tradeId === PLANS[0].tradeId))
    expect(leased(tokens)).toBe(40)
    expect(host.journal.open().map(({ tradeId }) => tradeId)).toEqual([PLANS[1].tradeId])
    again.guard.forget(PLANS[1].tradeId)
    expect(leased(tokens)).toBe(0)
  })
})
