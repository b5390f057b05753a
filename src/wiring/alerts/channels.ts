import { readAlertSecret } from '../../config/alerts'
import type { AlertsFile, ChannelFile } from '../../config/schema/alerts'
import type { Routing } from '../../core/alerts/route'
import { createEmail } from '../../telemetry/alerts/email'
import type { Channel } from '../../telemetry/alerts/message'
import { createWebhook } from '../../telemetry/alerts/webhook'

/** The channels of `alerts.yaml`, with their secrets. @throws ConfigurationError for a secret that cannot be used */
export const openChannels = (file: AlertsFile, configDir: string): ReadonlyMap<string, Channel> =>
  new Map(
    Object.entries(file.channels).map(([name, settings]) => [name, openChannel(name, settings, (of) => readAlertSecret(configDir, of))]),
  )

function openChannel(name: string, settings: ChannelFile, secret: (file: string) => string): Channel {
  switch (settings.kind) {
    case 'slack':
      return createWebhook({ name, template: 'slack', url: secret(settings.url_file) })
    case 'telegram': {
      const url = `${settings.api}/bot${secret(settings.token_file)}/sendMessage`
      return createWebhook({ name, template: 'telegram', url, target: settings.chat })
    }
    case 'pagerduty':
      return createWebhook({ name, template: 'pagerduty', url: settings.api, target: secret(settings.key_file) })
    case 'webhook': {
      const signed = settings.secret_file === undefined ? {} : { secret: secret(settings.secret_file) }
      return createWebhook({ name, template: 'json', url: secret(settings.url_file), ...signed })
    }
    case 'email': {
      const { host, port, security, login, from, to } = settings
      return createEmail({
        ...{ name, host, port, security, from, to },
        login: login === undefined ? null : { user: login.user, password: secret(login.password_file) },
      })
    }
  }
}

export const routingOf = ({ routes, escalate, again_minutes: againMs, forget_minutes: forgottenMs }: AlertsFile): Routing => ({
  routes: routes.map(({ at_least: atLeast, to }) => ({ atLeast, to })),
  escalation: escalate === null ? null : { afterMs: escalate.after_minutes, to: escalate.to },
  againMs,
  forgottenMs,
})
