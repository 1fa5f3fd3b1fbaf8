import { type Draft, setIfAbsent } from '../draft.ts'
import { setUser } from '../entities/phrase.ts'

/**
 * Reads an answer of Vault or OpenBao to a login, `auth/userpass/login/kim`: a success has a token. Their audit logs have no message, and each
 * request a second time without its result.
 */
export const readVaultLogin = (fields: Draft): boolean => {
  const { 'request.path': path, 'event.action': action } = fields
  if (action !== 'response' || typeof path !== 'string') return false
  const login = /^auth\/[\w./-]{1,120}\/login(?:\/([^/\s]{1,128}))?$/.exec(path)
  if (!login) return false
  const isRefused = fields['error.message'] !== undefined
  if (!isRefused && fields['auth.client_token'] === undefined) return false
  fields['event.category'] = 'authentication'
  fields['event.outcome'] = isRefused ? 'failure' : 'success'
  const user = login[1] ?? fields['auth.display_name']
  if (typeof user === 'string') {
    if (login[1] === undefined) setIfAbsent(fields, 'user.name', user)
    else setUser(fields, user)
  }
  return true
}
