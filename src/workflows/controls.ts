import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow'
import { VENUES } from '../core/ids'
import { approvalRefusal, commandRefusal, type Proposal } from '../core/risk/limit-change'
import {
  CONTROLS,
  tradingQueue,
  type CancelledVenue,
  type ControlsActivities,
  type ControlsFacts,
  type ControlsInput,
  type ControlsMessages,
  type ControlsState,
  type Decision,
  type KillActivities,
  type KillOrder,
  type Refusal,
} from './messages'

/** A replay after a worker's restart stays within some ten milliseconds; the server's own limit is 51,200 events. */
const EVENTS_MAX = 2_000
/** The first look at the ledger takes milliseconds; without a ledger nothing about limits can be decided. */
const FIRST_LOOK_LIMIT = '10s'
/** Some hundred signals at 10 ms each; whoever waits is told that it takes longer, and the telling goes on. */
const TELL_LIMIT = '10s'
/** A kill's report does not wait longer for trades to be told: that the halt stands matters, and the gate knows it already. */
const KILL_TELL_LIMIT = '3s'

const { readControls, distributeHalts } = proxyActivities<Pick<ControlsActivities, 'readControls' | 'distributeHalts'>>({
  // for ever: a trade that was not told of a halt is told when ledger and server are back
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '5s' },
})
const limits = proxyActivities<Pick<ControlsActivities, 'proposeLimits' | 'decideLimits'>>({
  // a person waits: three tries of what takes milliseconds, then he is told
  startToCloseTimeout: '3s',
  retry: { maximumAttempts: 3, initialInterval: '200ms' },
})

type Updates = ControlsMessages['updates']
const update = <Name extends keyof Updates>(name: Name) => defineUpdate<ReturnType<Updates[Name]>, Parameters<Updates[Name]>>(name)
const changedSignal = defineSignal<ControlsMessages['signals']['changed']>(CONTROLS.signals.changed)
const stateQuery = defineQuery<ControlsState>(CONTROLS.queries.state)

const NOTHING_KNOWN: ControlsState = { facts: null, epoch: 0, told: [], lastKill: null }

/**
 * The risk controller of an account, an entity that never ends. Postgres owns halts and limits; this workflow sees that running trades are told of
 * every halt and resume, whoever ordered it and whatever died on the way (E26), and collects what people decide about limits. Anybody who needs it
 * starts it. Its current details are what the operator sees in the Web UI.
 */
export async function controls({ account, carried, eventsMax = EVENTS_MAX }: ControlsInput): Promise<void> {
  const controller = new Controller(carried?.state ?? NOTHING_KNOWN, carried?.pending ?? true)
  listen(controller)
  const isOld = (): boolean => workflowInfo().historyLength > eventsMax || workflowInfo().continueAsNewSuggested
  for (;;) {
    await condition(() => controller.pending || (isOld() && allHandlersFinished()))
    if (!controller.pending) break
    await controller.look()
  }
  const { state, pending } = controller
  await continueAsNew<typeof controls>({ account, carried: { state, pending }, eventsMax })
}

function listen(controller: Controller): void {
  setHandler(stateQuery, () => controller.state)
  setHandler(changedSignal, () => void (controller.pending = true))
  setHandler(update('tellHalts'), (epoch) => controller.tell(epoch))
  setHandler(update('proposeLimits'), (proposed, by) => controller.propose(proposed, by), {
    validator: (proposed, by) => permit(controller.proposalRefusal(proposed.version, by)),
  })
  setHandler(update('approveLimits'), (decision) => controller.decide(decision, 'applied'), {
    validator: (decision) => permit(controller.decisionRefusal(decision, 'applied')),
  })
  setHandler(update('rejectLimits'), (decision) => controller.decide(decision, 'rejected'), {
    validator: (decision) => permit(controller.decisionRefusal(decision, 'rejected')),
  })
  setHandler(update('kill'), (order) => controller.kill(order), {
    validator: ({ by, reason }) => permit(commandRefusal(by) ?? (reason.trim() === '' ? 'a kill needs a reason' : null)),
  })
}

class Controller {
  constructor(
    public state: ControlsState,
    /** Something changed in the ledger, or may have, that was not looked at yet. */
    public pending: boolean,
  ) {}

  /** Reads what the ledger has, and tells running trades what changed since the last time. */
  async look(): Promise<void> {
    this.pending = false
    await Promise.all([this.#refresh(), this.#distribute()])
  }

  async tell(epoch: number): ReturnTypeOf<'tellHalts'> {
    if (await this.#isTold(epoch, TELL_LIMIT)) return this.state.told
    throw refused(`running trades do not all know of it after ${TELL_LIMIT}; they are told as soon as it is possible`)
  }

  async propose(...[proposed, by]: Parameters<Updates['proposeLimits']>): Promise<Proposal> {
    await this.#known()
    permit(this.proposalRefusal(proposed.version, by))
    return this.#settle(await limits.proposeLimits(uuid4(), proposed, by))
  }

  async decide(decision: Decision, as: 'applied' | 'rejected'): Promise<Proposal> {
    await this.#known()
    permit(this.decisionRefusal(decision, as))
    return this.#settle(await limits.decideLimits(decision, as))
  }

  /** E27. The halt stands already; needs neither the ledger nor what was read from it. */
  async kill(order: KillOrder): ReturnTypeOf<'kill'> {
    const { epoch, shard, shards = [shard] } = order
    const [isTold, venues] = await Promise.all([epoch === null ? false : this.#isTold(epoch, KILL_TELL_LIMIT), cancelAtAll(shards)])
    const trades = isTold ? (this.state.told.find(({ scope }) => scope === 'all')?.trades ?? 0) : null
    const report = { order, trades, venues }
    this.state = { ...this.state, lastKill: report }
    return report
  }

  /** Why a set of limits cannot be proposed, or null. Before the first look nothing is refused: the update waits for it and asks again. */
  proposalRefusal(version: string, by: KillOrder['by']): string | null {
    const refusal = commandRefusal(by)
    const { facts } = this.state
    if (refusal !== null || !facts) return refusal
    const open = facts.proposals.find((proposal) => proposal.limits.version === version)
    if (open) return `limits "${version}" are proposed already: approve or reject ${open.id}`
    return facts.limits === version ? `limits "${version}" are in force: give the changed file a new version` : null
  }

  decisionRefusal({ id, by, reason }: Decision, as: 'applied' | 'rejected'): string | null {
    const refusal = commandRefusal(by) ?? (as === 'rejected' && reason.trim() === '' ? 'a rejection needs a reason' : null)
    const { facts } = this.state
    if (refusal !== null || !facts) return refusal
    const proposal = facts.proposals.find((open) => open.id === id)
    if (!proposal) return `there is no open proposal ${id}: crossbook limits show lists them`
    return as === 'applied' ? approvalRefusal(proposal, by, facts.mode) : null
  }

  async #settle(answer: Proposal | Refusal): Promise<Proposal> {
    await this.#refresh()
    if ('kind' in answer) throw refused(answer.why)
    return answer
  }

  async #refresh(): Promise<void> {
    const facts = await readControls()
    this.state = { ...this.state, facts }
    setCurrentDetails(details(facts))
  }

  async #distribute(): Promise<void> {
    const { epoch, told } = await distributeHalts(this.state.epoch)
    const standing = this.state.told.filter(({ scope, active }) => active && !told.some((news) => news.scope === scope))
    this.state = { ...this.state, epoch: Math.max(epoch, this.state.epoch), told: [...standing, ...told] }
  }

  async #isTold(epoch: number, limit: typeof TELL_LIMIT | typeof KILL_TELL_LIMIT): Promise<boolean> {
    if (this.state.epoch < epoch) this.pending = true
    return condition(() => this.state.epoch >= epoch, limit)
  }

  async #known(): Promise<void> {
    if (!(await condition(() => this.state.facts !== null, FIRST_LOOK_LIMIT)))
      throw refused(`the ledger does not answer: nothing was changed, limits stay as they are`)
  }
}

type ReturnTypeOf<Name extends keyof Updates> = Promise<ReturnType<Updates[Name]>>

const refused = (why: string): ApplicationFailure => ApplicationFailure.nonRetryable(why, 'Refused')
function permit(refusal: string | null): void {
  if (refusal !== null) throw refused(refusal)
}

/** Every shard cancels what it has sent (at ForecastEx nobody else can) and reads back what rests of all. */
async function cancelAtAll(shards: readonly string[]): Promise<readonly CancelledVenue[]> {
  const answers = await Promise.all(shards.map((shard) => cancelEverything(shard).catch((error: unknown) => unread(shard, error))))
  return VENUES.map((venue) =>
    together(
      venue,
      answers.flat().filter((answer) => answer.venue === venue),
    ),
  )
}

function together(venue: CancelledVenue['venue'], answers: readonly CancelledVenue[]): CancelledVenue {
  const why = answers.flatMap(({ unread: missing }) => missing ?? [])
  return {
    venue,
    cancelled: answers.reduce((sum, { cancelled }) => sum + cancelled, 0),
    resting: [...new Set(answers.flatMap(({ resting }) => resting))],
    others: Math.max(0, ...answers.map(({ others }) => others)),
    unread: why.length === 0 ? null : why.join('; '),
  }
}

const cancelEverything = (shard: string): Promise<readonly CancelledVenue[]> =>
  proxyActivities<KillActivities>({
    taskQueue: tradingQueue(shard),
    scheduleToStartTimeout: '3s', // a living process takes it in milliseconds
    startToCloseTimeout: '20s', // both venues are read back for 10 s at most
    retry: { maximumAttempts: 1 }, // whoever asked sees what is not known, and asks again
  }).cancelEverything()

function unread(shard: string, error: unknown): readonly CancelledVenue[] {
  if (!(error instanceof ActivityFailure)) throw error
  const why = `the streaming process of shard ${shard} gave no answer (${(error.cause ?? error).message})`
  return VENUES.map((venue) => ({ venue, cancelled: 0, resting: [], others: 0, unread: why }))
}

function details({ mode, limits: version, proposals, halts }: ControlsFacts): string {
  const lines = [
    ...halts.map(({ scope, by, reason, epoch }) => `- **halted** ${scope} by ${by}: ${reason} (epoch ${epoch})`),
    `- **limits** ${version ?? 'none'}, mode ${mode}`,
    ...proposals.map(({ id, limits: { version: proposed }, by }) => `- **proposal ${id}** ${proposed} by ${by.name} waits for an answer`),
  ]
  return lines.join('\n')
}
