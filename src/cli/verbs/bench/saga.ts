import { counted, runBench } from './script'

/** As typed; undefined: not given. */
export interface SagaArguments {
  readonly trades?: string | undefined
  readonly keepWarm?: string | undefined
  readonly defaults: boolean
  readonly json?: boolean | undefined
}

/** A trade in a row takes half a second, a slow one beside it two: more trades than this are more than a quarter of an hour. */
const TRADES_MAX = 300
const KEEP_WARM_MAX = 1_000

/**
 * Measures a durable trade of this build beside the same with the defaults of Temporal, on whole stacks of its own: nothing of a running one is touched.
 * @returns its exit code: 1 when a target was missed. @throws ConfigurationError for a wrong option, or where the benchmark is not at hand.
 */
export const saga = ({ trades, keepWarm, defaults, json }: SagaArguments): Promise<number> =>
  runBench('saga', [
    ...counted('--trades', trades, 4, TRADES_MAX),
    ...counted('--keep-warm', keepWarm, 20, KEEP_WARM_MAX),
    ...(defaults ? [] : ['--no-defaults']),
    ...(json ? ['--json'] : []),
  ])
