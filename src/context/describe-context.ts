import type { Alert } from '../schema/alert/alert.ts'
import type { AlertContext } from '../schema/inventory/context.ts'
import { type AssetAnswer, describeAsset } from './describe-asset.ts'
import { describeNetwork, type NetworkAnswer } from './describe-network.ts'
import { describeUser, type UserAnswer } from './describe-user.ts'
import { type Subject, subjectOf } from './subject.ts'
import type { ContextReason, ContextTables } from './tables.ts'

/** The known facts about the subject of an alert. */
export interface SubjectContext {
  /** One row each for network, asset and user, if the subject names them. */
  readonly contexts: readonly AlertContext[]
  /** `reputation` is 0–100; high values are malicious. */
  readonly surroundings: {
    readonly asset?: { readonly criticality: string }
    readonly network?: { readonly internal: boolean; readonly reputation?: number }
    readonly user?: { readonly title: string }
  }
  readonly reasons: readonly ContextReason[]
}

/** Describes the context of an alert from the tables in memory. Deterministic. */
export const describeContext = (alert: Alert, tables: ContextTables): SubjectContext =>
  describeSubject(subjectOf(alert), tables)

/** Describes the context of a subject from the tables in memory. Deterministic. */
export const describeSubject = (subject: Subject, tables: ContextTables): SubjectContext => {
  const network = describeNetwork(subject, tables)
  const asset = describeAsset(subject, tables)
  const user = describeUser(subject, tables)
  return {
    contexts: [network, asset, user].flatMap((answer) => answer?.context ?? []),
    surroundings: surroundingsOf(network, asset, user),
    reasons: [network, asset, user].flatMap((answer) => answer?.reasons ?? []),
  }
}

const surroundingsOf = (
  network: NetworkAnswer | undefined,
  asset: AssetAnswer | undefined,
  user: UserAnswer | undefined,
): SubjectContext['surroundings'] => ({
  ...(asset?.criticality !== undefined && { asset: { criticality: asset.criticality } }),
  ...(network && {
    network: { internal: network.internal, ...(network.malice !== undefined && { reputation: network.malice }) },
  }),
  ...(user?.title !== undefined && { user: { title: user.title } }),
})
