import { z } from 'zod'
import type { Role } from './role.ts'

/** The role of an account. */
export const accountRole = z.enum(['admin', 'supervisor', 'analyst', 'viewer', 'auditor']).meta({ id: 'AccountRole' })
export type AccountRole = z.infer<typeof accountRole>

/** Permissions of each account role. A supervisor has the permissions of an analyst; only the name differs. */
export const roleOf: Readonly<Record<AccountRole, Role>> = {
  admin: 'admin',
  supervisor: 'analyst',
  analyst: 'analyst',
  viewer: 'viewer',
  auditor: 'auditor',
}

/** Reserved: the program and the configured tokens act under these names, and the audit log must distinguish them from people. */
const taken = new Set(['admin', 'health', 'mcp', 'stranger', 'vedette'])

/** The name of an account, in lower case. */
export const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@+-]{0,99}$/, 'use letters, digits and . _ @ + -, beginning with a letter or digit')
  .refine((name) => !taken.has(name), { error: ({ input }) => `"${input}" is a name of the program’s own` })
