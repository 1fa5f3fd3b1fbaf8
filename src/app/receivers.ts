import type { Alert } from '../schema/alert.ts'
import type { Incident } from '../schema/incident.ts'
export const createReceivers = () => ({
  correlate: async (_alerts: readonly Alert[]): Promise<readonly Incident[]> => [],
  notify: async (incidents: readonly Incident[]): Promise<readonly Incident[]> => incidents,
  deliver: async (): Promise<void> => {},
  names: [] as string[],
})
