/** Names of things that go wrong, shared by failures, refusals, alerts and the runbook's headings. */
export const FAILURES = {
  ledgerUnreachable: 'ledger unreachable',
  leaseLost: 'lease lost',
  venueHalted: 'venue halted',
  echoDiffers: 'echo differs',
  positionsDiffer: 'positions differ',
  duplicateOrderId: 'duplicate order id on first send',
  unexplainedFill: 'unexplained fill',
  feeDiffers: 'fee differs from the model',
  feeUntold: 'fee not told',
  frameUnreadable: 'frame unreadable',
  orphan: 'trade without owner',
  ownerless: 'claim or lot without owner',
  lateFill: 'late fill',
  bug: 'bug',
  overBudget: 'over budget',
  beyondMaximum: 'loss beyond the maximum',
  openTooLong: 'open too long',
  questionChanged: 'question changed',
  rulesChanged: 'rule text changed',
  certificateExpired: 'certificate expired',
} as const
export type FailureName = (typeof FAILURES)[keyof typeof FAILURES]
