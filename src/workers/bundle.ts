import fs from 'node:fs/promises'
import path from 'node:path'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

/** The workflows as one script, built with the product: a worker that starts with it is ready in 0.4 s instead of 2 s (temporal.md A0.4). */
export const BUNDLE_FILE = path.join(__dirname, '..', 'workflow-bundle.js')

/** Builds the bundle from the compiled workflows beside this file. @throws when webpack fails. */
export async function buildBundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath: require.resolve('../workflows/index'), logger: new DefaultLogger('ERROR') })
  await fs.writeFile(BUNDLE_FILE, code)
}

if (require.main === module) {
  buildBundle().catch((error: Error) => {
    process.stderr.write(`the workflow bundle could not be built: ${error.message}\n`)
    process.exitCode = 1
  })
}
