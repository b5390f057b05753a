/**
 * Account numbers as IBKR writes them: U (live), DU and DF (paper), F, I and DI (advisors), then digits. Nothing else in a frame tells whose it is:
 * user names, addresses and passwords do not cross this connection.
 */
const ACCOUNT = /\b(DU|DF|DI|U|F|I)(\d{5,10})\b/g

/** Replaces account numbers by DU0000001, DU0000002 and so on, the same one always by the same, in every token of every frame. */
export class Redaction {
  readonly #names = new Map<string, string>()

  /** A frame as it may be shown to others: every token as text. */
  frame(tokens: readonly unknown[]): readonly string[] {
    return tokens.map((token) => (token === undefined || token === null ? '' : this.text(String(token as string | number))))
  }

  text(text: string): string {
    return text.replace(ACCOUNT, (account, letters: string, digits: string) => {
      const name = this.#names.get(account) ?? `${letters}${String(this.#names.size + 1).padStart(digits.length, '0')}`
      this.#names.set(account, name)
      return name
    })
  }
}
