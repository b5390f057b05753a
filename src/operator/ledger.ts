export { verifyLedger, type LedgerReport } from '../stores/postgres/verify'
