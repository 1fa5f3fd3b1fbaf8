import { z } from 'zod'

/** `ingest` may only send records. The others form a ladder: a higher one may do what the lower ones may. */
export const role = z.enum(['ingest', 'viewer', 'auditor', 'analyst', 'admin']).meta({ id: 'Role' })
export type Role = z.infer<typeof role>

const ladder: readonly Role[] = ['viewer', 'auditor', 'analyst', 'admin']

/** Tells whether somebody with role `has` may do what needs `needs`. Only `ingest` and `admin` may send records. */
export const mayAct = (has: Role, needs: Role): boolean => {
  if (needs === 'ingest') return has === 'ingest' || has === 'admin'
  if (has === 'ingest') return false
  return ladder.indexOf(has) >= ladder.indexOf(needs)
}

/** Who asks: a token, a signed-in person, the command line or the clock. */
export interface Actor {
  readonly name: string
  readonly role: Role
}
