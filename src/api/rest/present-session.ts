import { z } from 'zod'
import { callerSession } from '../../operations/accounts/sessions/get-session.ts'
import type { Present } from './route.ts'

const signedIn = callerSession.extend({ secret: z.string() })

/** Puts the secret of a new session in a cookie, out of reach of scripts and of other sites, and the rest in the body. */
export const setCookie: Present = (answer, { server }, reply) => {
  const { secret, ...rest } = signedIn.parse(answer)
  reply.setCookie(server.sessionCookie.name, secret, {
    ...server.sessionCookie.options,
    ...(rest.expires_at !== null && { expires: new Date(rest.expires_at) }),
  })
  return rest
}

/** Deletes the cookie of an ended session. */
export const endCookie: Present = (answer, { server }, reply) => {
  reply.clearCookie(server.sessionCookie.name, server.sessionCookie.options)
  return answer
}
