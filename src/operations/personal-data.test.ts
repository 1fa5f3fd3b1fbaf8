import { describe, expect, it } from 'vitest'
import { toEnrichment } from '../schema/alert/triage-formats.ts'
import { sampleAlert } from '../store/samples.conformance.ts'

describe('personal data', () => {
  it('is not in any message about an alert, because a queue does not know its readers', () => {
    const data = { username: 'dana', email: 'dana@example.com', aliases: ['dr'], department: 'Operations' }
    const context = { context_type: 'user', source: 'context-collector', confidence: 0.9, data } as const
    expect(toEnrichment(sampleAlert(1), [context], undefined)).toMatchObject({
      user: { username: 'dana', email: null, aliases: [], department: 'Operations', withheld: ['email', 'aliases'] },
    })
  })
})
