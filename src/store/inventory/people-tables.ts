import type { Generated } from 'kysely'

/** Users, and their tokens, views, decisions and audit log. */
export interface PeopleTables {
  users: UserRow
  tokens: TokenRow
  decisions: DecisionRow
  views: ViewRow
  audit_logs: AuditLogRow
}

/** A user: imported facts for alerts, and with a role and a password also an account. */
export interface UserRow {
  id: string
  username: string
  email: string | null
  full_name: string | null
  department: string | null
  password_hash: string | null
  role: string | null
  is_active: number
  created_at: number
  updated_at: number
  last_login_at: number | null
  body: string
  phone: string | null
  mfa_enabled: Generated<number>
  mfa_secret: string | null
  is_verified: Generated<number>
  /** The issuer and subject at the identity provider. */
  subject: string | null
}

export interface DecisionRow {
  id: string
  actor: string
  created_at: number
  body: string
}

export interface ViewRow {
  id: string
  owner: string
  created_at: number
  body: string
}

export interface TokenRow {
  id: string
  name: string
  role: string
  hash: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
  /** The owner; null for a token without one. */
  user_id: string | null
}

export interface AuditLogRow {
  /** The sequence number, from 1 without gaps. */
  id: number
  event_type: string
  actor: string
  action: string
  target_type: string
  target_id: string
  old_values: string
  new_values: string
  ip_address: string | null
  user_agent: string | null
  success: number
  error_message: string | null
  created_at: number
  /** The hash of the previous row's hash and all values of this row. */
  hash: string
  /** The decision that includes the change. */
  decision_id: string | null
}
