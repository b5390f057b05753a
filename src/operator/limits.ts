export { importLimits } from '../stores/postgres/limits'
