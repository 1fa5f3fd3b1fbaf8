import { createAuth, type PresetToken } from '../api/auth.ts'
import { followStore } from '../api/change-feed.ts'
import { compatPorts, openCompatPorts } from '../api/compat-ports.ts'
import { createNoteDenial } from '../api/denials.ts'
import { createLiveStreams } from '../api/live-streams.ts'
import { createConfirmations } from '../api/mcp/confirmations.ts'
import type { PipeOptions } from '../api/mcp/pipe.ts'
import { createRoots } from '../api/mcp/roots.ts'
import { acceptedHosts } from '../api/origin.ts'
import { createInterfaceDeps, createServer, renewCertificate } from '../api/server.ts'
import { bundledPath } from '../bundled-path.ts'
import { createCompatSystems } from '../compat/systems.ts'
import type { Config, Origins } from '../config.ts'
import { newSecret } from '../lib/identity/identity.ts'
import { createSignInKeys } from '../operations/accounts/sessions/sign-in-keys.ts'
import type { Deps } from '../operations/deps.ts'
import type { Base } from './base.ts'

/** MCP for the user who started this process. */
export interface LocalMcpOptions extends PipeOptions {
  /** The folders that tools may read files from; those of the configuration are for clients over HTTP. */
  readonly folders: readonly string[]
}

/** Opens the API: the server, the ports of older systems, and MCP on standard input and output. */
export const openInterfaces = async (
  { config, runtime }: Base,
  deps: Deps,
  { origins, version }: { readonly origins: Origins; readonly version: string },
) => {
  const { now, log } = runtime
  const signInKeys = createSignInKeys({ now, newSecret })
  const systems = createCompatSystems(config, runtime)
  const tls = tlsOf(config)
  const auth = createAuth({
    tokens: deps.store.tokens,
    presetTokens: presetTokens(config),
    now,
    log,
    maxFailures: config.server.rate_limit.sign_ins,
    idle: config.sign_in.session.idle,
  })
  const rootsOf = (folders: readonly string[]) => createRoots(folders, [config.data_dir, ...filesOf(origins)])
  const shared = {
    mcp: {
      roots: rootsOf(config.mcp.roots),
      confirmations: createConfirmations(now, newSecret),
      allowWrite: config.mcp.allow_write,
    },
    deps,
    auth,
    signInKeys,
    systems,
    log,
    version,
    web: bundledPath('web/dist'),
    ...(tls && { tls }),
    trustProxy: config.server.trusted_proxies,
    rateLimit: { requests: config.server.rate_limit.requests },
    streams: createLiveStreams(config.server.live_streams),
  }
  const server = await createServer({
    ...shared,
    ...(config.server.public_url && { publicUrl: config.server.public_url }),
    hosts: hostsOf(config.server),
  })
  const compat = await openCompatPorts(
    compatPorts(config.compat.ports, config.server.port, systems),
    config.compat.host,
    {
      ...shared,
      presets: presetTokens(config).map(({ name }) => name),
      hostsOf: (listensOn) => acceptedHosts(listensOn, config.server.allowed_hosts, config.server.public_url),
    },
  )
  // The main port comes last: a client that finds it ready finds every other port open.
  const { host, port } = config.server
  const address = await server.listen({ host, port }).catch(async (error: unknown) => {
    await compat.close()
    throw error
  })
  return {
    address,
    /** The lines of the start banner about the ports of older systems. */
    lines: compat.lines,
    /** A key that signs an admin in once. */
    signInKey: () => signInKeys.issue({ name: 'admin', role: 'admin' }),
    async serveMcp({ folders, ...ends }: LocalMcpOptions) {
      const { serveMcpStdio } = await import('../api/mcp/stdio.ts')
      const doored = createInterfaceDeps(shared)
      const mcp = { ...shared.mcp, roots: rootsOf(folders), noteDenial: createNoteDenial(deps, log) }
      return serveMcpStdio({ ...mcp, deps: doored, feed: followStore(doored, log), log, version }, ends)
    },
    /** Uses the tokens and the certificate of other settings. Returns the settings that need a restart. */
    renew(changed: Config): readonly string[] {
      auth.preset(presetTokens(changed))
      const certificate = tlsOf(changed)
      renewCertificate(server, certificate)
      compat.renewCertificate(certificate)
      return (certificate === undefined) === (tls === undefined) ? [] : ['server.tls']
    },
    close: async () => void (await Promise.all([server.close(), compat.close()])),
  }
}

/** The tokens that the configuration sets. They are never stored. */
const presetTokens = ({ admin_token, health_token, query_guard }: Config): PresetToken[] => [
  ...(admin_token ? [{ name: 'admin', role: 'admin' as const, secret: admin_token }] : []),
  ...(query_guard.auth_key ? [{ name: 'graphql-engine', role: 'ingest' as const, secret: query_guard.auth_key }] : []),
  ...(health_token ? [{ name: 'health', role: 'viewer' as const, secret: health_token }] : []),
]

/** A trusted proxy may pass on any name, unless the operator lists the names. */
const hostsOf = ({ host, public_url, trusted_proxies, allowed_hosts }: Config['server']) =>
  trusted_proxies.length > 0 && allowed_hosts.length === 0 ? undefined : acceptedHosts(host, allowed_hosts, public_url)

const tlsOf = ({ server }: Pick<Config, 'server'>) => {
  const { cert, key } = server.tls
  return cert && key ? { cert, key } : undefined
}

/** The files that contain settings. */
const filesOf = (origins: Origins): readonly string[] => [
  ...new Set(Object.values(origins).flatMap((origin) => /^(.+):\d+:\d+$/.exec(origin)?.[1] ?? [])),
]
