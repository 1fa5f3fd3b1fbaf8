import { expect, it } from 'vitest'
import { z } from 'zod'
import { analyzeLogText } from '../../operations/analysis/analyze-log-text.ts'
import { analysisTools } from './analysis-tools.ts'
import type { ToolContext } from './tool.ts'

const asked = z.object({ skip: z.number() })
const answer = z.object({
  anomalies: z.array(z.object({ title: z.string() })),
  anomalies_omitted: z.number(),
  next_cursor: z.string().nullable(),
})

it('goes through all anomalies page by page, and asks for the rest only', async () => {
  const all = Array.from({ length: 500 }, (_, i) => ({
    title: `anomaly ${i}`,
    evidence: [{ event_id: `0-${i}`, line: 'x'.repeat(1_000) }],
  }))
  const never = () => Promise.reject(new Error('not asked for'))
  const context: ToolContext = {
    async ask(operation, input) {
      expect(operation).toBe(analyzeLogText)
      const { skip } = asked.parse(input)
      return operation.output.parse({
        total_events: 9_000,
        anomalies_detected: all.length,
        anomaly_rate: all.length / 9_000,
        threshold: null,
        anomalies: all.slice(skip, skip + 200),
      })
    },
    readFile: never,
    within: never,
    url: undefined,
    confirmations: { issue: () => '', redeem: () => false },
    signal: new AbortController().signal,
    progress: async () => undefined,
  }
  const tool = analysisTools.find(({ name }) => name === 'analyze_logs')
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const given = await tool?.run({ log_data: 'lines', format: 'text', ...(cursor && { cursor }) }, context)
    const page = answer.parse(given?.structured)
    seen.push(...page.anomalies.map(({ title }) => title))
    expect(page.anomalies_omitted).toBe(all.length - seen.length)
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual(all.map(({ title }) => title))
})
