import { Readable } from 'node:stream'
import type { Cli, Output } from './cli.ts'
import { runCli } from './run.ts'

const pipeBytes = 65_536

/** Fake dependencies for the command line that record its output. */
export const runFake = async (
  argv: readonly string[],
  changes: Partial<Cli> & { readonly input?: string | Uint8Array; readonly tty?: boolean } = {},
) => {
  const written = { out: '', err: '' }
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      written[name] += text
    },
    isTty: false,
    columns: 100,
  })
  const { input = '', tty = false, ...rest } = changes
  const bytes = typeof input === 'string' ? Buffer.from(input) : input
  const pieces = Array.from({ length: Math.ceil(bytes.length / pipeBytes) }, (_, i) =>
    bytes.subarray(i * pipeBytes, (i + 1) * pipeBytes),
  )
  const stdin = Object.assign(Readable.from(pieces), { isTTY: tty })
  const code = await runCli({
    argv,
    env: {},
    cwd: process.cwd(),
    stdin,
    out: output('out'),
    err: output('err'),
    fetch: async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
    },
    now: Date.now,
    signal: new AbortController().signal,
    onHangup: () => {},
    version: '0.1.0',
    ...rest,
  })
  return { code, ...written }
}
