import type { z } from 'zod'
import { AppError } from '../../errors.ts'
import { getAlert } from '../../operations/alerts/get-alert.ts'
import type { ToolContext } from './tool.ts'

/** Finds an alert; the error for an unknown ID names the tool that lists IDs. */
export const askAlert = async (ask: ToolContext['ask'], id: string): Promise<z.output<typeof getAlert.output>> => {
  if (/^INC-\d+$/i.test(id)) {
    throw new AppError('INVALID_REQUEST', `${id} is an incident.`, {
      hint: 'Pass one of its alert_ids, see get_incident.',
    })
  }
  try {
    return await ask(getAlert, { id })
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'NOT_FOUND')) throw error
    throw new AppError('NOT_FOUND', error.message, {
      hint: 'get_incident lists the alert_ids of an incident, lookup_entity those of an address, a user or a host.',
      cause: error,
    })
  }
}
