import type { Condition, Operator, Proposition, Reading } from '../../../../src/core/market/proposition'

export const above = (threshold: string, operator: Operator = '>'): Condition => ({ kind: 'threshold', operator, threshold })

/** Everything told: the unemployment rate of March 2025. */
export const U3: Proposition = {
  ...{ statistic: 'us-u3', adjustment: 'adjusted', source: { agency: 'BLS', document: 'Employment Situation' }, period: '2025-03' },
  ...{ condition: above('4.1'), grid: '0.1', rounding: '0.1', revision: 'first-print' },
  ...{
    measured: { date: '2025-04-04', zone: 'America/New_York' },
    fallback: 'if report not released by may 2 2025 resolves no',
    branches: [],
  },
}
export const asked = (change: Partial<Proposition> = {}): Reading => ({ kind: 'read', proposition: { ...U3, ...change } })
