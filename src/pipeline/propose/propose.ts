import type { Playbook } from '../../schema/action/playbook.ts'
import type { RemediationAction } from '../../schema/action/remediation-action.ts'
import { type Incident, openIncidentStatuses } from '../../schema/incident/incident.ts'
import type { Stage } from '../stage.ts'
import { isMeantFor, proposeActions } from './propose-actions.ts'

interface Actions<Tx> {
  /** Adds the actions that are not stored yet. */
  add(actions: readonly RemediationAction[], tx: Tx): Promise<void>
}

/** Creates the stage that proposes the actions of matching playbooks when an incident opens or grows. It proposes each action once. */
export const createPropose =
  <Tx>(playbooks: readonly Playbook[], actions: Actions<Tx>, now: () => number): Stage<Incident, Incident, Tx> =>
  async (incidents, delivery) => {
    const proposed = incidents
      .filter(({ status, merged_into }) => merged_into === null && openIncidentStatuses.some((open) => open === status))
      .flatMap((incident) =>
        playbooks
          .filter((one) => isMeantFor(one, incident))
          .flatMap((one) => proposeActions(one, incident, { now: now(), proposedBy: 'vedette' })),
      )
    if (proposed.length > 0) await actions.add(proposed, await delivery.transaction())
    return incidents
  }
