import { z } from 'zod'
import type { Present, Refuse, Route } from '../../../api/rest/route.ts'
import { accountView } from '../../../operations/accounts/account-view.ts'
import { getOwnAccount } from '../../../operations/accounts/get-own-account.ts'
import { closeToken } from '../../../operations/accounts/tokens/close-token.ts'
import { openToken } from '../../../operations/accounts/tokens/open-token.ts'
import { roleOf } from '../../../schema/account/account.ts'
import { mayAct, type Role } from '../../../schema/account/role.ts'
import { inEnvelope, refuseForDashboard } from './labels.ts'

const opened = z.object({ access_token: z.string(), expires_in: z.number() })

/** Returns the token in the body and in a cookie: the dashboard sends some requests, and opens its WebSocket, without the token. */
const presentToken: Present = (answer, { server }, reply) => {
  const { access_token, expires_in } = opened.parse(answer)
  if (server.tokenCookie !== undefined) {
    reply.setCookie(server.tokenCookie, access_token, { ...server.sessionCookie.options, maxAge: expires_in })
  }
  // Tokens are not renewed, but clients require this field.
  return inEnvelope({ access_token, refresh_token: access_token, token_type: 'bearer', expires_in })
}

const presentEnd: Present = (_answer, { server }, reply) => {
  if (server.tokenCookie !== undefined) reply.clearCookie(server.tokenCookie, server.sessionCookie.options)
  return inEnvelope(null)
}

const refuseLogin: Refuse = (error, request) =>
  error.status === 401
    ? { status: 401, body: { success: false, error: 'Invalid username or password' } }
    : error.code === 'INVALID_REQUEST'
      ? { status: 400, body: { success: false, error: 'Username and password are required' } }
      : refuseForDashboard(error, request)

/** The permissions that the dashboard checks before it shows a button, with the role that the operation needs. */
const permissions: Readonly<Record<string, Role>> = {
  'alerts.view': 'viewer',
  'workflows.view': 'viewer',
  'alerts.create': 'analyst',
  'alerts.update': 'analyst',
  'alerts.assign': 'analyst',
}

const presentOwner: Present = (answer) => {
  const { signs_in_with: _, last_login_at, ...account } = accountView.parse(answer)
  const role = roleOf[account.role]
  return inEnvelope({
    ...account,
    is_verified: true,
    last_login: last_login_at,
    permissions: Object.entries(permissions).flatMap(([name, needs]) => (mayAct(role, needs) ? [name] : [])),
  })
}

const presentNoRefresh: Present = (_answer, _request, reply) => {
  reply.code(501)
  return { success: false, error: 'Tokens are not renewed: sign in again.' }
}

const post = (path: string, operation: Route['operation'], present: Present, more: Partial<Route> = {}): Route => ({
  ...{ method: 'POST', path: `/api/v1/auth${path}`, operation, hide: true, present, refuse: refuseForDashboard },
  ...more,
})

/** The routes to sign in to the dashboard with an account of Vedette. */
export const accountRoutes: readonly Route[] = [
  post('/login', openToken, presentToken, { open: true, refuse: refuseLogin }),
  post('/logout', closeToken, presentEnd, { forgets: true }),
  post('/refresh', getOwnAccount, presentNoRefresh, { read: async () => ({}) }),
  {
    method: 'GET',
    path: '/api/v1/auth/me',
    operation: getOwnAccount,
    hide: true,
    present: presentOwner,
    refuse: refuseForDashboard,
  },
]
