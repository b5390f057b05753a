const { existsSync, mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const root = join(__dirname, '..')

/**
 * For the workflow tests: CROSSBOOK_TEST_SERVER is the time-skipping server's program, CROSSBOOK_WORKFLOW_BUNDLE the bundle of all workflows,
 * the built one when it is that of today's sources, else a new one; CROSSBOOK_TRACED_BUNDLE is the same with what tells spans.
 */
module.exports = async () => {
  const sources = join(root, 'dist', 'stack', 'sources.js')
  const server = existsSync(sources) ? require(sources).findTemporalTestServer({ root }) : null
  if (server === null) throw new Error("Temporal's test server is missing. Run: npm run setup -- --test")
  process.env.CROSSBOOK_TEST_SERVER = server.command
  process.env.CROSSBOOK_WORKFLOW_BUNDLE = await workflowBundle('workflow-bundle.js', [])
  process.env.CROSSBOOK_TRACED_BUNDLE = await workflowBundle('workflow-bundle-traced.js', [
    require.resolve('@temporalio/interceptors-opentelemetry/lib/workflow-interceptors'),
  ])
}

async function workflowBundle(name, workflowInterceptorModules) {
  const built = join(root, 'dist', name)
  const { builtHash, sourcesHash } = await import('../scripts/built.mjs')
  if (existsSync(built) && builtHash(root) === sourcesHash(root)) return built
  const { bundleWorkflowCode, DefaultLogger } = require('@temporalio/worker')
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'src', 'workflows', 'index.ts'),
    workflowInterceptorModules,
    logger: new DefaultLogger('ERROR'),
  })
  const folder = mkdtempSync(join(tmpdir(), 'crossbook-bundle-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, name)
  writeFileSync(file, code)
  return file
}
