/**
 * Account numbers as IBKR writes them: U (live), DU and DF (paper, at times with one letter more), F, I and DI (advisors), then digits; F…A is all of
 * an advisor's.
 */
const ACCOUNT = /(?<![A-Za-z0-9])(DU[A-Z]?|DF|DI|U[A-Z]?|F|I)(\d{5,10})([A-Z]?)(?![A-Za-z0-9])/g
const ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
/** Message id of managedAccounts: 15, version, names by commas. */
const MANAGED_ACCOUNTS = '15'

/**
 * Replaces account numbers by DU0000001, DU0000002 and so on, the same one always by the same, in every token of every frame; with them the names that
 * the gateway tells as accounts whatever they look like, and addresses. User names and passwords do not cross this connection.
 */
export class Redaction {
  /** Without regard to case. */
  readonly #names = new Map<string, string>()
  #told: RegExp | null = null

  /** @param accounts names known before any frame */
  constructor(accounts: readonly string[] = []) {
    this.#learn(accounts)
  }

  /** A frame as it may be shown to others: every token as text. */
  frame(tokens: readonly unknown[]): readonly string[] {
    const texts = tokens.map((token) => (token === undefined || token === null ? '' : String(token as string | number)))
    if (texts[0] === MANAGED_ACCOUNTS) this.#learn((texts[2] ?? '').split(','))
    return texts.map((text) => this.text(text))
  }

  text(text: string): string {
    // what stands at odd places is what the expression took
    const parts = this.#told ? text.split(this.#told) : [text]
    return parts.map((part, place) => (place % 2 === 1 ? this.#shown(part) : this.#withoutNames(part))).join('')
  }

  #withoutNames(text: string): string {
    return text.replace(ADDRESS, 'name@redacted').replace(ACCOUNT, (account) => this.#shown(account))
  }

  #learn(accounts: readonly string[]): void {
    for (const account of accounts) if (account.trim() !== '') this.#shown(account.trim())
    const names = [...this.#names.keys()].toSorted((a, b) => b.length - a.length).map((name) => name.replace(/[^a-z0-9]/g, '\\$&'))
    if (names.length > 0) this.#told = new RegExp(`(?<![A-Za-z0-9])(${names.join('|')})(?![A-Za-z0-9])`, 'i')
  }

  #shown(account: string): string {
    const key = account.toLowerCase()
    const shown = this.#names.get(key) ?? numbered(account, String(this.#names.size + 1))
    this.#names.set(key, shown)
    return shown
  }
}

/** Kind and length stay, where there are any. */
function numbered(account: string, n: string): string {
  const [[, letters = '', digits = '', all = ''] = []] = account.matchAll(ACCOUNT)
  return digits === '' ? `account-${n}` : `${letters}${n.padStart(digits.length, '0')}${all}`
}
