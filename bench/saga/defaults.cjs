// Preloaded into the processes of the other contender: the same product, with the SDK's own defaults in place of what it asks for. No eager start, no local
// activities, gzip between worker and server, default pollers, sticky queue and task timeout. Nothing else differs.
const fs = require('node:fs')
const Module = require('node:module')

const load = Module._load
const patched = new Set()
const patches = {
  '@temporalio/worker'({ NativeConnection, Worker }) {
    const connect = NativeConnection.connect.bind(NativeConnection)
    NativeConnection.connect = ({ address }) => connect({ address })
    const create = Worker.create.bind(Worker)
    Worker.create = ({ connection, namespace, taskQueue, workflowBundle, activities, shutdownGraceTime }) => {
      const code = fs.readFileSync(workflowBundle.codePath, 'utf8').replaceAll('proxyLocalActivities)(', 'proxyActivities)(')
      return create({ connection, namespace, taskQueue, workflowBundle: { code }, activities, shutdownGraceTime })
    }
  },
  '@temporalio/client'({ WorkflowClient }) {
    const { start } = WorkflowClient.prototype
    WorkflowClient.prototype.start = function (type, { requestEagerStart, workflowTaskTimeout, ...options }) {
      return start.call(this, type, options)
    }
  },
}

Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest)
  if (request in patches && !patched.has(request)) {
    patched.add(request)
    patches[request](loaded)
  }
  return loaded
}
