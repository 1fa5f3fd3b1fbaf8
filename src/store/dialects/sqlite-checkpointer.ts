import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** Copies the write-ahead log into the database file in a separate thread: the sync takes long, and writers need not wait for it. */
export interface Checkpointer {
  run(): Promise<void>
  close(): Promise<void>
}

const program = `
const { parentPort, workerData } = require('node:worker_threads')
const Database = require(workerData.driver)
const database = new Database(workerData.file, { timeout: 0, fileMustExist: true })
database.pragma('synchronous = FULL')
parentPort.on('message', (message) => {
  if (message === 'end') {
    database.close()
    parentPort.close()
    return
  }
  database.pragma('wal_checkpoint(PASSIVE)')
  parentPort.postMessage('done')
})
`

/** Starts the thread. */
export const openCheckpointer = (file: string): Checkpointer => {
  const driver = createRequire(import.meta.url).resolve('better-sqlite3')
  const worker = new Worker(program, { eval: true, workerData: { driver, file } })
  const exited = new Promise<void>((done) => worker.once('exit', () => done()))
  let failure: unknown
  worker.once('error', (error) => {
    failure = error
  })
  return {
    async run() {
      const answered = new Promise<void>((done) => worker.once('message', () => done()))
      worker.postMessage('run')
      await Promise.race([answered, exited])
      if (failure) throw failure
    },
    async close() {
      worker.postMessage('end')
      await exited
    },
  }
}
