import { closeSync, openSync } from 'node:fs'
import type { WriteStream } from 'node:tty'
import { environment } from '../config/environment.ts'
import { readVersion } from '../version.ts'
import type { Output } from './cli.ts'
import { runCli } from './run.ts'

const narrowest = 60
const widest = 120

/** Runs the command line of this process and ends the process with its code. */
export const startCli = async (): Promise<void> => {
  const stop = new AbortController()
  let interrupted = false
  process.on('SIGINT', () => {
    if (interrupted) process.exit(130)
    interrupted = true
    stop.abort()
  })
  process.once('SIGTERM', () => stop.abort())
  // When bin/vedette.cjs starts this process from an older Node, this process ends with it.
  process.once('disconnect', () => process.exit(1))
  process.channel?.unref()
  // The reader of our output may stop early: `vedette … | head`.
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0)
    process.stderr.write(`error: The output cannot be written: ${error.message}.\n`)
    process.exit(3)
  })

  // Under nohup, none of them is a terminal.
  const inTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  const code = await runCli({
    argv: process.argv.slice(2),
    env: environment(),
    cwd: process.cwd(),
    stdin: process.stdin,
    out: outputTo(process.stdout),
    err: outputTo(process.stderr),
    fetch,
    now: Date.now,
    signal: stop.signal,
    onHangup(listener) {
      process.on('SIGHUP', () => (inTerminal && !hasTerminal() ? stop.abort() : listener()))
    },
    version: readVersion(),
  })
  process.stdout.write('', (error) => {
    // The listener above ends the process.
    if (!error) process.exit(code)
  })
}

/** Distinguishes a closed terminal, which sends SIGHUP too, from a request to reload. */
const hasTerminal = (): boolean => {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

const outputTo = (stream: WriteStream): Output => ({
  write: (text) => void stream.write(text),
  isTty: stream.isTTY === true,
  columns: Math.max(narrowest, Math.min(widest, stream.columns ?? widest)),
})
