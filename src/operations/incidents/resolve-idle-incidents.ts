import { span } from '../../lib/units/duration.ts'
import { showsSuccess } from '../../schema/detection/telling-evidence.ts'
import { type Incident, isOpenIncident } from '../../schema/incident/incident.ts'
import { applyToIncident } from '../decisions/apply-changes.ts'
import type { Deps } from '../deps.ts'

const chunk = 100
const severities = ['info', 'low', 'medium'] as const

/**
 * Resolves incidents whose cause is over: without news for a while, and nobody works on them. An incident of high severity, or in which
 * something succeeded, such as a login, stays open until a person decides. Only the scheduler calls this. Returns the number.
 *
 * @param quietAfter in ms; 0 means never
 */
export const resolveIdleIncidents = async (
  { store, queue, now }: Pick<Deps, 'store' | 'queue' | 'now'>,
  quietAfter: number,
): Promise<number> => {
  if (quietAfter === 0) return 0
  const time = now()
  const before = time - quietAfter
  const note = `no news for ${span(quietAfter)}`
  let resolved = 0
  let after = ''
  for (;;) {
    const idle = await store.incidents.idle({ before, severities, after, limit: chunk })
    const last = idle.at(-1)
    if (last === undefined) return resolved
    for (const { id } of idle.filter(isHarmless)) {
      resolved += await store.transaction(async (tx) => {
        // Read again within the transaction: an alert may have joined.
        const [incident] = await store.incidents.load([id], tx)
        if (!incident || !isIdle(incident, before)) return 0
        const doing = { change: { action: 'resolve' }, actor: 'vedette', now: time, note } as const
        return (await applyToIncident({ store, queue }, tx, incident, doing)) === undefined ? 1 : 0
      })
    }
    after = last.id
  }
}

const isIdle = (incident: Incident, before: number): boolean =>
  isOpenIncident(incident) && incident.assignee === null && Date.parse(incident.updated_at) < before

const isHarmless = ({ evidence, merged_into }: Incident): boolean =>
  merged_into === null && !evidence.some(showsSuccess)
