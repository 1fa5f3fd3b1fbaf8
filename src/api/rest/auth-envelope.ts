import { z } from 'zod'
import { getOwnAccount } from '../../operations/accounts/get-own-account.ts'
import { closeToken } from '../../operations/accounts/tokens/close-token.ts'
import { openToken } from '../../operations/accounts/tokens/open-token.ts'
import { presentIn, refuseInEnvelope } from './envelope.ts'
import type { Present, Route } from './route.ts'

const inEnvelope = presentIn('')
const opened = z.object({ access_token: z.string(), expires_in: z.number(), user: z.unknown() })

const presentToken: Present = (answer, request, reply) =>
  // Tokens are not renewed: the user signs in again.
  inEnvelope({ ...opened.parse(answer), refresh_token: null, token_type: 'bearer' }, request, reply)

/** Sign-in for programs that were written for the triage dashboard. */
export const authRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/v1/auth/login',
    operation: openToken,
    open: true,
    present: presentToken,
    refuse: refuseInEnvelope,
  },
  {
    method: 'POST',
    path: '/api/v1/auth/logout',
    operation: closeToken,
    forgets: true,
    present: inEnvelope,
    refuse: refuseInEnvelope,
  },
  {
    method: 'GET',
    path: '/api/v1/auth/me',
    operation: getOwnAccount,
    present: inEnvelope,
    refuse: refuseInEnvelope,
  },
]
