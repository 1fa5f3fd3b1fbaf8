import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Credential } from '../../operations/accounts/credential.ts'
import { createPipe, type PipeOptions } from './pipe.ts'
import { createMcpServer, type McpOptions } from './server.ts'

/** The user who started this process owns its data. */
const owner: Credential = {
  actor: { name: 'mcp', role: 'admin' },
  via: 'token',
  tokenId: null,
  accountId: null,
  expiresAt: null,
}

/** MCP on standard input and output. */
export interface StdioDoor {
  /** Settles when the other side has ended and was answered. */
  readonly drained: Promise<void>
  close(): Promise<void>
}

/** Serves MCP on standard input and output until the client closes it. */
export const serveMcpStdio = (options: Omit<McpOptions, 'isLocal'>, ends: PipeOptions): StdioDoor => {
  const pipe = createPipe(ends)
  const make = (era: 'modern' | 'legacy') =>
    createMcpServer({ ...options, isLocal: true }, owner, era === 'modern' ? 'pipe' : 'session')
  const { close } = serveStdio(({ era }) => make(era), { transport: pipe })
  return { drained: pipe.drained, close }
}
