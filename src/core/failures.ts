/** Names of things that go wrong, shared by failures, refusals, alerts and the runbook's headings. */
export const FAILURES = {
  ledgerUnreachable: 'ledger unreachable',
  leaseLost: 'lease lost',
  venueHalted: 'venue halted',
  echoDiffers: 'echo differs',
  duplicateOrderId: 'duplicate order id on first send',
  unexplainedFill: 'unexplained fill',
  frameUnreadable: 'frame unreadable',
} as const
export type FailureName = (typeof FAILURES)[keyof typeof FAILURES]
