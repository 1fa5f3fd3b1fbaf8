/** One audited change: actor, action, and the values before and after. Appended in the transaction of the change that it records. */
export interface AuditEntry {
  /** Unix milliseconds. */
  readonly time: number
  readonly actor: string
  readonly action: string
  readonly target_type: string
  readonly target_id: string
  readonly old_values: unknown
  readonly new_values: unknown
  /** Groups the entries of one request. */
  readonly decision_id?: string | undefined
  /** Absent if the interface does not know the sender. */
  readonly ip_address?: string
  readonly user_agent?: string
  /** The reason for a refusal; absent if the action was done. */
  readonly error?: string
}
