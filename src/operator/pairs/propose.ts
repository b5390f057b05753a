export { proposeStored, WRITE_LIMIT_MS, type Asked, type ProposalReport } from '../../stores/postgres/pairs/queue'
