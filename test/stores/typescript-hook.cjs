/** Lets a child process load the sources as they are: `node --require <this file> script.ts`. */
const { transformFileSync } = require('@swc/core')

require.extensions['.ts'] = (module, filename) => {
  const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' }, sourceMaps: 'inline' }
  module._compile(transformFileSync(filename, options).code, filename)
}
