import { z } from 'zod'

/** `ingest` may only send records. Each of the other roles includes the permissions of those before it. */
export const role = z.enum(['ingest', 'viewer', 'auditor', 'analyst', 'admin']).meta({ id: 'Role' })
export type Role = z.infer<typeof role>

const ladder: readonly Role[] = ['viewer', 'auditor', 'analyst', 'admin']

/** Whether the role `has` includes the permissions of `needs`. Only `ingest` and `admin` may send records. */
export const mayAct = (has: Role, needs: Role): boolean => {
  if (needs === 'ingest') return has === 'ingest' || has === 'admin'
  if (has === 'ingest') return false
  return ladder.indexOf(has) >= ladder.indexOf(needs)
}

/** The origin of a request: a token, a signed-in user, the command line or the scheduler. */
export interface Actor {
  readonly name: string
  readonly role: Role
}
