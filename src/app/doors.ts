import { resolve } from 'node:path'
import { createAuth } from '../api/auth.ts'
import { followStore } from '../api/change-feed.ts'
import { compatPorts, openCompatPorts } from '../api/compat-ports.ts'
import { createLiveStreams } from '../api/live-streams.ts'
import { createConfirmations } from '../api/mcp/confirmations.ts'
import type { PipeOptions } from '../api/mcp/pipe.ts'
import { createRoots } from '../api/mcp/roots.ts'
import { serveMcpStdio } from '../api/mcp/stdio.ts'
import { loopbackNames } from '../api/origin.ts'
import { createServer, doorWorld } from '../api/server.ts'
import type { Log } from '../component.ts'
import type { Config, Origins } from '../config.ts'
import type { SignInKeys } from '../operations/sign-in-keys.ts'
import type { World } from '../operations/world.ts'
import { agentPorts } from './agents.ts'
import { presetTokens } from './entry.ts'
import { newSecret } from './identity.ts'

interface DoorsOptions {
  readonly config: Config
  readonly origins: Origins
  readonly world: World
  readonly signInKeys: SignInKeys
  readonly version: string
  readonly now: () => number
  readonly log: Log
}

/** Makes the ways in: the server, the ports of older systems and MCP on standard input and output. None of them is open yet. */
export const createDoors = async ({ config, origins, world, signInKeys, version, now, log }: DoorsOptions) => {
  const { cert, key } = config.server.tls
  const shared = {
    mcp: {
      roots: createRoots(config.mcp.roots, [config.data_dir, ...filesOf(origins)]),
      confirmations: createConfirmations(now, newSecret),
      allowWrite: config.mcp.allow_write,
    },
    world,
    auth: createAuth({
      tokens: world.store.tokens,
      presetTokens: presetTokens(config),
      now,
      log,
      maxFailures: config.server.rate_limit.sign_ins,
      idle: config.sign_in.session.idle,
    }),
    signInKeys,
    log,
    version,
    web: resolve(import.meta.dirname, '../../web/dist'),
    ...(cert && key && { tls: { cert, key } }),
    trustProxy: config.server.trusted_proxies,
    rateLimit: { requests: config.server.rate_limit.requests },
    streams: createLiveStreams(config.server.live_streams),
  }
  const server = await createServer({
    ...shared,
    ...(config.server.public_url && { publicUrl: config.server.public_url }),
    hosts: hostsOf(config.server),
  })
  return {
    serveMcp(ends: PipeOptions) {
      const doored = doorWorld(shared)
      return serveMcpStdio({ ...shared.mcp, world: doored, feed: followStore(doored, log), log, version }, ends)
    },
    /**
     * Listens everywhere, on its own port last: who hears there that it is ready finds every door open. Tells where, and what whoever
     * started the program should know of the older systems' ports.
     */
    async open() {
      const compat = await openCompatPorts(
        [...compatPorts(config.compat.ports, config.server.port), ...agentPorts(config)],
        config.compat.host,
        { ...shared, keyed: config.query_guard.auth_key !== undefined },
      )
      const { host, port } = config.server
      const address = await server.listen({ host, port }).catch(async (error: unknown) => {
        await compat.close()
        throw error
      })
      return {
        address,
        lines: compat.lines,
        close: async () => void (await Promise.all([server.close(), compat.close()])),
      }
    },
  }
}

/** A proxy in front may pass on any name that it was asked by. */
const hostsOf = ({ host, public_url, trusted_proxies }: Config['server']): readonly string[] | undefined => {
  const names = trusted_proxies.length > 0 ? undefined : loopbackNames(host)
  return names && [...names, ...(public_url === undefined ? [] : [new URL(public_url).hostname])]
}

/** The files that settings came from. */
const filesOf = (origins: Origins): readonly string[] => [
  ...new Set(Object.values(origins).flatMap((origin) => /^(.+):\d+:\d+$/.exec(origin)?.[1] ?? [])),
]
