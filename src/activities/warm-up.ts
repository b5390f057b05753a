import type { WarmUpActivities } from '../workflows/messages'

/** @param touchLedger reads something small where a reserve would write. */
export const createWarmUpActivities = (touchLedger: () => Promise<void>): WarmUpActivities => ({
  warmLocally: touchLedger,
  warmRegularly: () => Promise.resolve(),
})
