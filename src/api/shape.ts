import { z } from 'zod'

/** A list as the operator's functions return it: nobody changes it. */
export const list = <T extends z.ZodType>(item: T): z.ZodType<readonly z.output<T>[]> =>
  z.array(item) as unknown as z.ZodType<readonly z.output<T>[]>

/** An object whose inside this document does not describe: `what` says where it is described. */
export const opaque = <T extends object>(what: string): z.ZodType<T> =>
  z.unknown().meta({ type: 'object', description: what }) as unknown as z.ZodType<T>

/** The same, where there may be none. */
export const opaqueOrNull = <T extends object>(what: string): z.ZodType<T | null> =>
  z.unknown().meta({ type: ['object', 'null'], description: what }) as unknown as z.ZodType<T | null>

const TEXT_MAX = 2_000
/** What a person says for ever: why, or what was seen. */
export const words = (what: string): z.ZodType<string> => z.string().trim().min(1).max(TEXT_MAX).describe(what)

/** Milliseconds since 1970, UTC. */
export const atMs = z.int().describe('ms since 1970, UTC')
export const atMsOrNull = atMs.nullable()
export const micros = z.int().describe('1e-6 USD')
/** Decimal strings, so that nothing is rounded on the way. */
export const contracts = z.string().describe('contracts, a decimal')

const NAME_MAX = 80
/** A pair, a schedule: what they are called in an address. */
export const nameParam = z.strictObject({ id: z.string().regex(new RegExp(`^[\\w.-]{1,${NAME_MAX}}$`)) })
/** A number in an address. Beyond this no row of ours is numbered. */
const NUMBER_MAX = 999_999_999_999_999
export const numberParam = z.strictObject({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .pipe(z.int().max(NUMBER_MAX)),
})

export const venue = z.enum(['kalshi', 'forecastex'])
