import { z } from 'zod'
import { ALERT_NAMES, SEVERITIES, type AlertName, type Severity } from '../../core/alerts/alert'

const MS_PER_MINUTE = 60_000
/** A week: nobody is escalated to later than that. */
const MINUTES_MAX = 10_080
const minutes = (standard: number) =>
  z
    .int()
    .min(1)
    .max(MINUTES_MAX)
    .default(standard)
    .transform((count) => count * MS_PER_MINUTE)
const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is a name: small letters, digits and hyphens')
const file = z.string().min(1)
const severity = z.enum(SEVERITIES)
const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is a time of day, as "22:00"')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
const zone = z.string().refine(isZone, 'is no time zone: name one as "America/New_York"')

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

const channel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('slack'), url_file: file }),
  z.strictObject({
    kind: z.literal('telegram'),
    token_file: file,
    chat: z.string().min(1),
    api: z.url().default('https://api.telegram.org'),
  }),
  z.strictObject({ kind: z.literal('pagerduty'), key_file: file, api: z.url().default('https://events.pagerduty.com/v2/enqueue') }),
  z.strictObject({ kind: z.literal('webhook'), url_file: file, secret_file: file.optional() }),
  z.strictObject({
    kind: z.literal('email'),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(587),
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    login: z.strictObject({ user: z.string().min(1), password_file: file }).optional(),
    from: z.string().min(3),
    to: z.array(z.string().min(3)).min(1),
  }),
])
export type ChannelFile = z.infer<typeof channel>

const quiet = z.strictObject({ from: clock, until: clock, time_zone: zone })

/** `config/alerts.yaml`: who hears of what, and how. */
export const alertsSchema = z
  .strictObject({
    channels: z.record(name, channel).default({}),
    routes: z.array(z.strictObject({ at_least: severity, to: z.array(name).min(1) })).default([]),
    escalate: z
      .strictObject({ after_minutes: minutes(15), to: z.array(name).min(1) })
      .nullable()
      .default(null),
    quiet: quiet.nullable().default(null),
    again_minutes: minutes(30),
    forget_minutes: minutes(120),
    /** Ends of trades that are told. */
    outcomes: z
      .array(z.enum(['refused', 'missed', 'locked', 'partly-locked', 'unwound', 'held', 'surrendered']))
      .default(['partly-locked', 'unwound', 'held', 'surrendered']),
    feed_down_s: z.int().min(5).max(86_400).default(60),
    severities: z.partialRecord(z.enum(ALERT_NAMES as [AlertName, ...AlertName[]]), severity).default({}),
    /** Where the runbook is published, so that an alert links to its paragraph. */
    runbook_url: z.url().nullable().default(null),
  })
  .superRefine(({ channels, routes, escalate }, context) => {
    for (const to of [...routes.flatMap((route) => route.to), ...(escalate?.to ?? [])])
      if (!Object.hasOwn(channels, to))
        context.addIssue({
          code: 'custom',
          message: `"${to}" is no channel of this file: ${Object.keys(channels).join(', ') || 'it has none'}`,
        })
  })
export type AlertsFile = z.infer<typeof alertsSchema>
export type Severities = Readonly<Partial<Record<AlertName, Severity>>>
