import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { bodyOf, headline, type Channel, type Message } from './message'

export type Template = 'json' | 'slack' | 'telegram' | 'pagerduty'
export interface WebhookOptions {
  readonly name: string
  readonly template: Template
  /** A secret: whoever knows it can write there. */
  readonly url: string
  /** pagerduty: its routing key; telegram: the chat. */
  readonly target?: string
  /** json: signs the body, as `x-crossbook-signature: sha256=<hex>`. */
  readonly secret?: string
}

/** A receiver that takes longer is down as far as an alert is concerned. */
const ANSWER_LIMIT_MS = 10_000
/** One sending; the telling itself is tried again later by whoever delivers. */
const ATTEMPTS = 3
const FIRST_PAUSE_MS = 500
const TOO_MANY = 429
const SERVER_ERROR = 500

/** Posts JSON. Answers of 429 and 5xx, and no answer, are tried again, twice. */
export function createWebhook({ name, template, url, target = '', secret }: WebhookOptions): Channel {
  return {
    name,
    async send(message, signal) {
      const body = JSON.stringify(TEMPLATES[template](message, target))
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'crossbook',
        'x-crossbook-id': message.id,
        ...(secret === undefined ? {} : { 'x-crossbook-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }),
      }
      for (let attempt = 1; ; attempt++) {
        const failure = await post(url, body, headers, signal)
        if (failure === null) return
        if (!failure.isWorthMore || attempt === ATTEMPTS) throw new Error(`${name}: ${failure.why}`)
        await delay(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal })
      }
    },
  }
}

interface Failure {
  readonly why: string
  readonly isWorthMore: boolean
}
async function post(url: string, body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Failure | null> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)])
    const response = await fetch(url, { method: 'POST', body, headers, signal: limit, redirect: 'error' })
    await response.arrayBuffer() // read to its end, or the connection is kept for nothing
    if (response.ok) return null
    return { why: `answers ${response.status}`, isWorthMore: response.status === TOO_MANY || response.status >= SERVER_ERROR }
  } catch (error) {
    if (signal.aborted) throw error
    const { name, cause } = error as Error & { cause?: { code?: string } }
    return { why: `does not answer (${cause?.code ?? name})`, isWorthMore: true } // its message may name the address
  }
}

/** What each receiver takes. Slack: incoming webhooks; Telegram: Bot API sendMessage; PagerDuty: Events API v2. */
const TEMPLATES: Readonly<Record<Template, (message: Message, target: string) => object>> = {
  json: (message) => message,
  slack: (message) => ({
    text: headline(message),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: headline(message).slice(0, SLACK_HEADER_MAX), emoji: false } },
      { type: 'section', text: { type: 'mrkdwn', text: bodyOf(message).map(slackText).join('\n').slice(0, SLACK_TEXT_MAX) } },
    ],
  }),
  telegram: (message, chat) => ({
    chat_id: chat,
    text: [headline(message), ...bodyOf(message)].join('\n').slice(0, TELEGRAM_TEXT_MAX),
    disable_web_page_preview: true,
    disable_notification: message.severity === 'info',
  }),
  pagerduty: (message, key) => ({
    routing_key: key,
    event_action: message.occasion === 'ended' ? 'resolve' : 'trigger',
    dedup_key: message.key,
    ...(message.occasion === 'ended'
      ? {}
      : {
          payload: {
            summary: headline(message).slice(0, PAGERDUTY_SUMMARY_MAX),
            source: message.from,
            severity: message.severity,
            timestamp: new Date(message.atMs).toISOString(),
            ...(message.name === null ? {} : { class: message.name }),
            custom_details: { detail: message.detail, trade: message.tradeId, count: message.count },
          },
          ...(message.runbookUrl === null ? {} : { links: [{ href: message.runbookUrl, text: 'runbook' }] }),
        }),
  }),
}
/** What their documents permit. */
const SLACK_HEADER_MAX = 150
const SLACK_TEXT_MAX = 3_000
const TELEGRAM_TEXT_MAX = 4_096
const PAGERDUTY_SUMMARY_MAX = 1_024

/** The three characters that Slack reads. */
const slackText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
