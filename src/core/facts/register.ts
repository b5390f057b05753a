import type { Fact } from './fact'
import { FORECASTEX_FACTS } from './forecastex'
import { KALSHI_FACTS } from './kalshi'

/** Every fact that the product relies on and that an account of its own has to prove. */
export const FACTS: readonly Fact[] = [...KALSHI_FACTS, ...FORECASTEX_FACTS]

const nameOf = (id: string): string => id.split('.').at(-1) ?? id

/** @throws RangeError naming facts that sound alike. */
export function factOf(id: string): Fact {
  const found = FACTS.find((fact) => fact.id === id)
  if (found) return found
  const asked = nameOf(id)
  const alike = FACTS.filter((fact) => asked.length > 2 && (fact.id.includes(asked) || asked.includes(nameOf(fact.id)))).map(
    (fact) => fact.id,
  )
  throw new RangeError(
    `there is no fact "${id}"${alike.length > 0 ? `; did you mean ${alike.join(' or ')}` : ''}: crossbook facts lists them`,
  )
}
