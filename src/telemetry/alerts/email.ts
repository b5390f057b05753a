import { createTransport } from 'nodemailer'
import { bodyOf, headline, type Channel } from './message'

export interface EmailOptions {
  readonly name: string
  readonly host: string
  readonly port: number
  /** tls: from the first byte; starttls: asked for, and refused without; none: on this machine only. */
  readonly security: 'tls' | 'starttls' | 'none'
  readonly login: { readonly user: string; readonly password: string } | null
  readonly from: string
  readonly to: readonly string[]
}

/** A server that takes longer is down as far as an alert is concerned. */
const LIMIT_MS = 15_000

/** Sends plain text by SMTP, a connection a message. */
export function createEmail({ name, host, port, security, login, from, to }: EmailOptions): Channel {
  const limits = { connectionTimeout: LIMIT_MS, greetingTimeout: LIMIT_MS, socketTimeout: LIMIT_MS }
  const transport = createTransport({
    ...{ host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none', ...limits },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
  })
  return {
    name,
    async send(message) {
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: `[crossbook] ${headline(message)}`,
          text: bodyOf(message).join('\n'),
          // two installations may tell the same people, and mail programs fold what has one id
          messageId: `<${`${message.id}.${message.from}`.replace(/[^\w.-]/g, '-')}@crossbook>`,
          headers: { 'x-crossbook-id': message.id },
        })
      } catch (error) {
        const { code, responseCode } = error as { code?: string; responseCode?: number }
        throw new Error(
          `${name}: the mail server ${responseCode === undefined ? `cannot be used (${code ?? 'unknown'})` : `answers ${responseCode}`}`,
          {
            cause: error,
          },
        )
      }
    },
  }
}
