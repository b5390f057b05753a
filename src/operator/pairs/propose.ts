export { proposeStored, type Asked, type ProposalReport } from '../../stores/postgres/pairs/queue'

/** A few rows, in one transaction. */
export const WRITE_LIMIT_MS = 5_000
