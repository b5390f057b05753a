import { createHash, randomBytes } from 'node:crypto'

/** 48 bits name a token; 256 prove it. */
const ID_BYTES = 6
const SECRET_BYTES = 32
const TOKEN = /^xbk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/

/** A new token, `xbk_<id>_<secret>`: the only time that anybody sees it. */
export function newToken(): { readonly id: string; readonly token: string } {
  const id = randomBytes(ID_BYTES).toString('hex')
  return { id, token: `xbk_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}` }
}

/** The id that a text claims to be the token of, or null when it is no token. */
export const tokenId = (text: string): string | null => TOKEN.exec(text)?.[1] ?? null

/** A token cannot be guessed, so a fast hash is right: what a slow one makes dear is trying, and there is nothing to try. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest()
