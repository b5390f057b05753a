/** Whose money an account at IBKR has: paper accounts begin with D, live ones with U. */
export type Login = 'paper' | 'live'
export const loginOf = (account: string): Login => (account.startsWith('D') ? 'paper' : 'live')
