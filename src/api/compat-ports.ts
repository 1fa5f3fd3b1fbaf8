import { AppError, messageOf } from '../errors.ts'
import type { CompatSystem } from './compat-system.ts'
import { createServer, renewCertificate, type ServerOptions } from './server.ts'

/** A port of an older system to open. */
export interface CompatPort {
  readonly system: CompatSystem
  readonly port: number
  /** The address to listen on; `compat.host` by default. */
  readonly host?: string | undefined
}

/**
 * Reads `compat.ports`: `all`, `log-analyzer`, `log-analyzer:13000`. Adds the ports that systems open themselves. `all` omits the port of
 * the server; naming it is an error.
 */
export const compatPorts = (
  wanted: readonly string[],
  ownPort: number,
  systems: readonly CompatSystem[],
): readonly CompatPort[] => {
  const named = wanted.flatMap((entry) => portsNamed(entry, ownPort, systems))
  const others = systems.flatMap((system): readonly CompatPort[] => {
    const { opened, ports } = system
    if (!opened || named.some((one) => one.system === system)) return []
    return (opened.port === undefined ? ports : [opened.port])
      .filter((port) => port !== ownPort)
      .map((port) => ({ system, port, host: opened.host }))
  })
  return [...named, ...others]
}

const portsNamed = (entry: string, ownPort: number, systems: readonly CompatSystem[]): readonly CompatPort[] => {
  if (entry === 'all') {
    return systems.flatMap((system) =>
      system.ports.filter((port) => port !== ownPort).map((port) => ({ system, port })),
    )
  }
  const [name, port] = entry.split(':')
  const group = systems.filter((one) => one.group === name)
  if (group.length > 0 && port === undefined) {
    return group.flatMap((system) => system.ports.map((one) => ({ system, port: one })))
  }
  const system = systems.find((one) => one.name === name)
  if (!system) {
    throw new AppError('CONFIG_INVALID', `compat.ports: there is no older system called "${name}".`, {
      hint: `Use all, or one of: ${[...new Set(systems.flatMap((one) => [one.group ?? one.name, one.name]))].join(', ')}.`,
    })
  }
  const ports = port === undefined ? system.ports : [Number(port)]
  if (ports.includes(ownPort)) {
    throw new AppError('CONFIG_INVALID', `compat.ports: ${ownPort} is the port of this server itself.`, {
      hint: `Give ${system.name} another: "${system.name}:${ownPort > 55_535 ? ownPort - 10_000 : ownPort + 10_000}"; or the server: server.port. With a token, its clients are served here as well.`,
    })
  }
  return ports.map((one) => ({ system, port: one }))
}

interface PortOptions extends Omit<ServerOptions, 'only' | 'publicUrl' | 'hosts'> {
  /** The names of the configured tokens. */
  readonly presets: readonly string[]
  /** Returns the host names that requests to an address may use; undefined for any. */
  readonly hostsOf: (listensOn: string) => readonly string[] | undefined
}

interface OpenCompatPorts {
  readonly lines: readonly string[]
  renewCertificate(tls: ServerOptions['tls']): void
  close(): Promise<void>
}

/** Opens these ports. Returns one line about each for the start banner. */
export const openCompatPorts = async (
  ports: readonly CompatPort[],
  host: string,
  { presets, hostsOf, ...options }: PortOptions,
): Promise<OpenCompatPorts> => {
  const opened: Awaited<ReturnType<typeof createServer>>[] = []
  const lines: string[] = []
  const close = async () => void (await Promise.all(opened.map((server) => server.close())))
  try {
    for (const { system, port, host: itsOwn = host } of ports) {
      const { name } = system
      const only = portOf(system, { hosts: hostsOf(itsOwn), presets })
      const server = await createServer({ ...options, only })
      opened.push(server)
      const address = await server.listen({ host: itsOwn, port }).catch((error: unknown) => {
        throw cannotListen(error, name, `${itsOwn}:${port}`)
      })
      const may = system.needsToken
        ? 'with a token may read'
        : `${only.anonymous?.key === undefined ? 'without a token' : 'with their key'} may send and read`
      lines.push(`${name} clients ${may} at ${address}`)
      if (system.startMessage !== undefined) options.log.info({ service: name }, system.startMessage)
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    lines,
    renewCertificate(tls) {
      for (const server of opened) renewCertificate(server, tls)
    },
    close,
  }
}

/** Returns the routes of the port of an older system, and who may call them. */
export const portOf = (
  { name, routes, ownRoutes = [], keyName, needsToken, serveSocket }: CompatSystem,
  { hosts, presets }: { readonly hosts?: readonly string[] | undefined; readonly presets: readonly string[] },
): NonNullable<ServerOptions['only']> => ({
  routes: [
    ...routes.filter(({ method, path }) => !ownRoutes.some((one) => one.method === method && one.path === path)),
    ...ownRoutes,
  ],
  ...(!needsToken && {
    anonymous: {
      name: `compat:${name}`,
      ...(hosts && { hosts }),
      ...(keyName !== undefined && presets.includes(keyName) && { key: keyName }),
    },
  }),
  ...(serveSocket && { serveSocket }),
})

const cannotListen = (error: unknown, name: string, place: string): AppError =>
  new AppError('CONFIG_INVALID', `The port of ${name} cannot be opened at ${place}: ${messageOf(error)}.`, {
    hint: `Stop what listens there, or take another port: \`compat.ports: [${name}:PORT]\`.`,
    cause: error,
  })
