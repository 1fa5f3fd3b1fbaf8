import { AppError } from '../../errors.ts'
import type { Intake } from './intake.ts'

interface Counts {
  received(protocol: string, records: number): void
  rejected(reason: string, records: number): void
}

/** Counts accepted and rejected records of HTTP requests. */
export const countIntake = (intake: Intake, counts: Counts): Intake => ({
  async accept(records, options) {
    try {
      const answer = await intake.accept(records, options)
      if (!answer.repeated) counts.received('http', answer.accepted)
      return answer
    } catch (error) {
      counts.rejected(error instanceof AppError ? error.code.toLowerCase() : 'internal', records.length)
      throw error
    }
  },
})
