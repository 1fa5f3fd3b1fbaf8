import { z } from 'zod'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'

const group = z.record(z.string(), z.unknown())

/** Shows the settings in the groups of the configuration service. They are changed in the configuration file. */
export const getSettings = defineOperation({
  name: 'get_settings',
  summary: 'Shows settings without secrets, for clients of the triage services.',
  role: 'viewer',
  input: z.strictObject({}),
  output: z.object({ system: group, alerts: group, automation: group, notifications: group, llm: group }),
  async run(
    _input,
    {
      risk,
      receivers,
      languageModels,
      playbooks,
      metrics,
    }: Pick<Deps, 'risk' | 'receivers' | 'languageModels' | 'playbooks' | 'metrics'>,
  ) {
    const version = /build_info\{version="([^"]+)"/.exec(await metrics())?.[1] ?? 'unknown'
    const [first, ...others] = languageModels.configured.filter(({ shadow }) => !shadow)
    return {
      system: { version, maintenance_mode: false },
      alerts: { auto_triage_enabled: true, risk },
      automation: { approval_required: true, playbooks: playbooks.map(({ id }) => id) },
      notifications: { channels: [...receivers] },
      llm: {
        default_model: first?.model ?? null,
        fallback_model: others[0]?.model ?? null,
        budget: languageModels.budget,
      },
    }
  },
})
