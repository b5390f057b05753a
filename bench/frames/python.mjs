// Python and the packages that some contenders need: pip puts them into .crossbook/bench, nowhere else, and only when they are missing.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

/** A mirror that does not answer must not hold the benchmark up for ever; the largest package has a hundred megabytes. */
const INSTALL_LIMIT_MS = 240_000
const PACKAGES = { msgspec: ['msgspec'], nautilus: ['nautilus_trader'] }
const MODULES = { msgspec: 'msgspec', nautilus: 'nautilus_trader' }

/** null: there is no Python here. */
export function pythonVersion() {
  try {
    return execFileSync('python3', ['-V'], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

/** @returns the folder to import from and the version in it, or the sentence that says why there is none */
export function packageOf(name, root, install) {
  const folder = path.join(root, '.crossbook', 'bench', name)
  const env = { ...process.env, PYTHONPATH: folder }
  const version = () => {
    try {
      const code = `from importlib.metadata import version; import ${MODULES[name]}; print(version(${JSON.stringify(PACKAGES[name][0])}))`
      return execFileSync('python3', ['-c', code], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    } catch {
      return null
    }
  }
  if (existsSync(folder)) {
    const known = version()
    if (known) return { folder, version: known }
  }
  if (!install) return { missing: `${PACKAGES[name].join(', ')} is not in ${path.relative(root, folder)}: run without --no-install once` }
  mkdirSync(folder, { recursive: true })
  try {
    const args = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--target', folder, ...PACKAGES[name]]
    execFileSync('python3', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_LIMIT_MS })
  } catch (error) {
    return { missing: `pip could not install ${PACKAGES[name].join(', ')}: ${lastLine(error)}` }
  }
  const installed = version()
  return installed ? { folder, version: installed } : { missing: `${PACKAGES[name].join(', ')} was installed and cannot be imported` }
}

const lastLine = ({ stderr, message }) =>
  String(stderr ?? '')
    .trim()
    .split('\n')
    .at(-1) || message
