import type { Command } from 'commander'
import type { App } from '../../app.ts'
import type { Config, LoadedConfig } from '../../config.ts'
import { AppError } from '../../errors.ts'
import type { CommandContext } from '../cli.ts'
import { addAppFlags, loadWithFlags } from './app-flags.ts'
import { adviceOnMemory, describeMemory, usableMemory } from './memory.ts'

/** `vedette serve`: runs the API, the dashboard and the pipeline until it is stopped. */
export const define = (command: Command, context: CommandContext): void => {
  const withFlags = addAppFlags(command).option('--syslog <port>', 'receive syslog on this port, by UDP and TCP')
  withFlags.action(async (options: { readonly syslog?: string }) => {
    let running: App | undefined
    const listener = toListener(options)
    // During the start, there is nothing to reload.
    context.onHangup(() => void running?.reload(async () => (await loadChecked(options, context, listener)).config))
    await serve(options, context, listener, (app) => {
      running = app
    })
  })
}

/** Returns the source of the option --syslog. */
const toListener = ({ syslog }: { readonly syslog?: string }): Config['sources'] =>
  syslog === undefined ? [] : [{ name: 'syslog', type: 'syslog', udp: Number(syslog), tcp: Number(syslog) }]

/** Runs the server with additional sources until it stops. */
export const serve = async (
  options: unknown,
  context: CommandContext,
  extraSources: Config['sources'],
  started: (app: App) => void = () => {},
): Promise<void> => {
  const { err, out, signal } = context
  const { config, warnings, ...loaded } = await loadChecked(options, context, extraSources)
  const memory = usableMemory()
  const advice = adviceOnMemory(memory)
  for (const warning of [...warnings, ...(advice ? [`${describeMemory(memory)}. ${advice}`] : [])])
    err.write(`${warning}\n`)
  const { startApp } = await import('../../app.ts')
  try {
    const app = await startApp({ config, ...loaded, print: (line) => out.write(`${line}\n`), signal, extraSources })
    if (!app) return
    started(app)
    await new Promise<void>((done) => {
      if (signal.aborted) done()
      signal.addEventListener('abort', () => done(), { once: true })
    })
    await app.stop()
  } catch (error) {
    throw explainListening(error, config)
  }
}

const loadChecked = async (
  options: unknown,
  context: CommandContext,
  extraSources: Config['sources'],
): Promise<LoadedConfig> => {
  const loaded = loadWithFlags(options, context)
  const { checkComponents } = await import('../../app/check-components.ts')
  checkComponents({ ...loaded.config, sources: [...loaded.config.sources, ...extraSources] })
  return loaded
}

const explainListening = (error: unknown, { server }: Config): unknown => {
  const code =
    error instanceof Error && 'code' in error && 'syscall' in error && error.syscall === 'listen'
      ? error.code
      : undefined
  const place = `${server.host}:${server.port}`
  if (code === 'EADDRINUSE') {
    return new AppError('CONFIG_INVALID', `Port in use: ${place}.`, {
      hint: 'Stop the other program, or choose another port with --port, PORT or server.port. `vedette doctor` shows what uses it.',
      cause: error,
    })
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return new AppError('CONFIG_INVALID', `Cannot listen on ${place}.`, {
      hint:
        code === 'EACCES'
          ? 'Ports below 1024 need privileges. Choose a higher port.'
          : 'This machine does not have that address.',
      cause: error,
    })
  }
  return error
}
