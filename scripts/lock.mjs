import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 200

/** Longer than the longest setup: packages, build and every download on a slow line. */
const WAIT_MS_MAX = 20 * 60_000

/**
 * Waits until no other living process holds the lock file, then holds it until this process ends. The file names the holder's pid, so a holder
 * that was killed is recognised; `onWait` is told once whom we wait for.
 * @returns false when the other one holds it for too long.
 */
export async function holdLock(file, onWait) {
  mkdirSync(dirname(file), { recursive: true })
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    const beganMs = performance.now()
    for (let told = false; !tryLink(mine, file); told = true) {
      if (performance.now() - beganMs > WAIT_MS_MAX) return false
      const holder = Number(readOrEmpty(file))
      if (!isAlive(holder)) rmSync(file, { force: true })
      else {
        if (!told) onWait(holder)
        await pause(LOOK_EVERY_MS)
      }
    }
  } finally {
    rmSync(mine, { force: true })
  }
  process.once('exit', () => rmSync(file, { force: true }))
  return true
}

function tryLink(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (failure) {
    if (failure.code === 'EEXIST') return false
    throw failure
  }
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (failure) {
    return failure.code === 'EPERM'
  }
}
