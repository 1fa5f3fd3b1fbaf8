import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Credential } from '../../operations/credential.ts'
import { createMcpServer, type McpOptions } from './server.ts'

/** Whoever started this process owns its data. */
const owner: Credential = {
  actor: { name: 'mcp', role: 'admin' },
  via: 'token',
  tokenId: null,
  accountId: null,
  expiresAt: null,
}

/** Serves MCP on standard input and output, until the other side ends. */
export const serveMcpStdio = (options: McpOptions): { close(): Promise<void> } =>
  serveStdio(({ era }) => createMcpServer(options, owner, era === 'modern' ? 'pipe' : 'session'))
