import type { Alert } from '../schema/alert.ts'
import type { AlertContext } from '../schema/context.ts'
import { type AssetAnswer, describeAsset } from './describe-asset.ts'
import { describeNetwork, type NetworkAnswer } from './describe-network.ts'
import { describeUser, type UserAnswer } from './describe-user.ts'
import { type Subject, subjectOf } from './subject.ts'
import type { ContextTables, Reason } from './tables.ts'

/** The known facts about a subject. */
export interface Gathered {
  /** One row each for network, asset and user, as far as they are named. */
  readonly contexts: readonly AlertContext[]
  /** `reputation` is malice here: 0–100, high is bad. */
  readonly surroundings: {
    readonly asset?: { readonly criticality: string }
    readonly network?: { readonly internal: boolean; readonly reputation?: number }
    readonly user?: { readonly title: string }
  }
  readonly reasons: readonly Reason[]
}

/** Gathers what is known around an alert: local, in memory, the same answer for the same tables. */
export const gatherContext = (alert: Alert, tables: ContextTables): Gathered => gatherAbout(subjectOf(alert), tables)

/** Gathers the known facts about the named entities. */
export const gatherAbout = (subject: Subject, tables: ContextTables): Gathered => {
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
): Gathered['surroundings'] => ({
  ...(asset?.criticality !== undefined && { asset: { criticality: asset.criticality } }),
  ...(network && {
    network: { internal: network.internal, ...(network.malice !== undefined && { reputation: network.malice }) },
  }),
  ...(user?.title !== undefined && { user: { title: user.title } }),
})
