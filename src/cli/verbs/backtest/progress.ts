const DAY_LENGTH = 'YYYY-MM-DD'.length
/** Often enough to see that it goes on. */
const EVERY_MS = 500

/** One line on a terminal that says how far it is; a file or a pipe gets none. */
export class Progress {
  #toldMs = -Infinity
  #hasSaid = false

  tell(frames: number, nowMs: number): void {
    this.#say(`${frames} frames, ${new Date(nowMs).toISOString().slice(0, DAY_LENGTH)}`)
  }
  runs(done: number, of: number, frames: number): void {
    this.#say(`${done} of ${of} runs, ${frames} frames`)
  }
  end(): void {
    if (this.#hasSaid) process.stderr.write('\r\u001B[K')
  }

  #say(text: string): void {
    const nowMs = performance.now()
    if (!process.stderr.isTTY || nowMs - this.#toldMs < EVERY_MS) return
    this.#toldMs = nowMs
    this.#hasSaid = true
    process.stderr.write(`\r\u001B[K${text}`)
  }
}
