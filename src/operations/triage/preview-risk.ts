import { z } from 'zod'
import { AppError } from '../../errors.ts'
import {
  assessRisk,
  fromInputs,
  type RiskAssessment,
  type RiskOptions,
  riskOptions,
} from '../../pipeline/triage/risk.ts'
import { riskArithmetic } from '../../schema/triage/risk-arithmetic.ts'
import { type RiskInputs, riskInputs, triageResult } from '../../schema/triage/triage-result.ts'
import { requireAlert } from '../alerts/require-alert.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const assessment = triageResult
  .pick({
    risk_score: true,
    risk_level: true,
    confidence: true,
    confidence_parts: true,
    requires_human_review: true,
    inputs: true,
    breakdown: true,
    factors: true,
  })
  .extend({ arithmetic: z.string().describe('The whole calculation as text.') })
  .meta({ id: 'RiskAssessment' })

const nothingKnown: RiskInputs = {
  type: 'other',
  severity: 'medium',
  threat_intel: null,
  asset_criticality: null,
  internal: null,
  malice: null,
  user_title: null,
  similar: null,
}

/** Calculates a risk with other inputs or weights, next to the current one. Changes nothing. */
export const previewRisk = defineOperation({
  name: 'preview_risk',
  summary: 'Calculates a risk score with other inputs or weights, and shows the calculation.',
  role: 'viewer',
  input: z.strictObject({
    alert_id: z
      .string()
      .max(1_024)
      .optional()
      .describe('The alert that provides the initial inputs. By default, all inputs are unknown.'),
    inputs: riskInputs.partial().strict().default({}).describe('Inputs to replace.'),
    risk: z
      .record(z.string(), z.record(z.string(), z.number()))
      .default({})
      .describe('Overrides of `triage.risk`: `{"weights":{"severity":40,"threat_intel":20}}`.'),
  }),
  output: z
    .object({
      before: assessment,
      after: assessment,
      /** By how much the score would change. */
      difference: z.int(),
    })
    .meta({ id: 'RiskPreview' }),
  async run({ alert_id, inputs, risk }, { store, risk: inForce, now }: Pick<Deps, 'store' | 'risk' | 'now'>) {
    const known = alert_id === undefined ? nothingKnown : await inputsOf(store, alert_id)
    const time = now()
    const before = assessRisk(fromInputs(known), time, inForce)
    const after = assessRisk(fromInputs({ ...known, ...given(inputs) }), time, changed(inForce, risk))
    return { before: show(before), after: show(after), difference: after.risk_score - before.risk_score }
  },
})

const inputsOf = async (store: Deps['store'], id: string): Promise<RiskInputs> => {
  const { triage } = await requireAlert(store, id)
  if (triage) return triage.inputs
  throw new AppError('CONFLICT', 'The alert has not been triaged yet.', { hint: 'Try again in a moment.' })
}

const given = (inputs: { readonly [Key in keyof RiskInputs]?: RiskInputs[Key] | undefined }): Partial<RiskInputs> =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined))

const changed = (
  inForce: RiskOptions,
  changes: Readonly<Record<string, Readonly<Record<string, number>>>>,
): RiskOptions => {
  const merged = new Map<string, object>(Object.entries(inForce))
  for (const [part, values] of Object.entries(changes)) merged.set(part, { ...merged.get(part), ...values })
  const parsed = riskOptions.safeParse(Object.fromEntries(merged))
  if (parsed.success) return parsed.data
  throw new AppError('INVALID_REQUEST', 'The weights are not valid.', {
    errors: parsed.error.issues.map(({ path, message }) => ({ path: ['risk', ...path].join('.'), message })),
  })
}

const show = ({ calculated_at: _, ...risk }: RiskAssessment): z.input<typeof assessment> => ({
  ...risk,
  arithmetic: riskArithmetic(risk),
})
