/** The user, the place and the reason of failure, where the record has them. */
interface Circumstances {
  readonly user?: string | undefined
  readonly from?: string | undefined
  readonly fault?: string | undefined
}

/** Says what an audit record says in fields, so that similar records get the same template: `StopLogging on … by kim from … failed: …`. */
export const actionSentence = (action: string, { user, from, fault }: Circumstances): string =>
  [
    action,
    user === undefined ? '' : ` by ${user}`,
    from === undefined ? '' : ` from ${from}`,
    fault === undefined ? '' : ` failed: ${fault}`,
  ].join('')
