import { AppError } from '../errors.ts'
import type { Intake } from '../pipeline/ingest/intake.ts'
import type { Telemetry } from '../telemetry.ts'

/** Counts what comes in by HTTP, and what is refused. */
export const countIntake = (intake: Intake, telemetry: Pick<Telemetry, 'received' | 'rejected'>): Intake => ({
  async accept(records, options) {
    try {
      const answer = await intake.accept(records, options)
      if (!answer.repeated) telemetry.received('http', answer.accepted)
      return answer
    } catch (error) {
      telemetry.rejected(error instanceof AppError ? error.code.toLowerCase() : 'internal', records.length)
      throw error
    }
  },
})
