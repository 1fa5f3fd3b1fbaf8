import type { Config } from '../config.ts'
import { createBackOff } from '../operations/back-off.ts'
import type { Entry } from '../operations/entry.ts'
import { createPasswords } from '../operations/passwords.ts'

/** How people get in, as the configuration says. */
export const createEntry = (config: Pick<Config, 'sign_in' | 'server'>, now: () => number): Entry => ({
  passwords: createPasswords(),
  backOff: createBackOff(now),
  session: config.sign_in.session,
  publicUrl: config.server.public_url?.replace(/\/+$/, '') ?? '',
})
