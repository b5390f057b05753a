export { readBreakers, resetBreaker, STRATEGIES, type Strategy } from '../stores/postgres/breaker'
