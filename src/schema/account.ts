import { z } from 'zod'
import type { Role } from './role.ts'

/** What somebody who signs in is here for. */
export const accountRole = z.enum(['admin', 'supervisor', 'analyst', 'viewer', 'auditor']).meta({ id: 'AccountRole' })
export type AccountRole = z.infer<typeof accountRole>

/** What each may do. A supervisor decides like an analyst: who works, and who looks after them, is told apart by name alone. */
export const roleOf: Readonly<Record<AccountRole, Role>> = {
  admin: 'admin',
  supervisor: 'analyst',
  analyst: 'analyst',
  viewer: 'viewer',
  auditor: 'auditor',
}

/** Names that the program itself and the tokens of the configuration act under: the audit has to tell them from people. */
const taken = new Set(['admin', 'health', 'mcp', 'stranger', 'vedette'])

/** What somebody signs in as. Case does not matter, and is not kept. */
export const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@+-]{0,99}$/, 'use letters, digits and . _ @ + -, beginning with a letter or digit')
  .refine((name) => !taken.has(name), { error: ({ input }) => `"${input}" is a name of the program’s own` })
