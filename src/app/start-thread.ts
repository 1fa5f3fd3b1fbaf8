import { setFlagsFromString } from 'node:v8'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a module in a worker thread. A thread does not inherit the compile cache, and compiling all modules would take most of the time
 * until it works.
 */
export const startThread = (module: URL, options: WorkerOptions): Worker => {
  // The heap of a new thread follows the flags of this moment. That of the main thread stays small, as a server mostly waits.
  setFlagsFromString('--max-semi-space-size=8')
  setFlagsFromString('--min-semi-space-size=8')
  return new Worker(
    `const { enableCompileCache, flushCompileCache } = require('node:module')
    enableCompileCache()
    import(${JSON.stringify(module.href)}).then(() => flushCompileCache())`,
    { ...options, eval: true },
  )
}
