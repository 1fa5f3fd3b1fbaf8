import { expect, it } from 'vitest'
import { z } from 'zod'
import { analyzeLogs } from '../../operations/analyze-logs.ts'
import { analysisTools } from './analysis-tools.ts'
import type { ToolContext } from './tool.ts'

it('stops reading logs when the call is cancelled', async () => {
  const stop = new AbortController()
  let read = 0
  const never = () => Promise.reject(new Error('not asked for'))
  const context: ToolContext = {
    async ask(operation, input) {
      if (operation.name !== analyzeLogs.name) return operation.output.parse({ loaded: false, ...noModel })
      const { records } = z.object({ records: z.custom<AsyncIterable<{ texts: readonly string[] }>>() }).parse(input)
      for await (const { texts } of records) {
        read += texts.length
        stop.abort()
      }
      throw new Error('It was read to its end.')
    },
    readFile: never,
    within: never,
    url: undefined,
    confirmations: { issue: () => '', redeem: () => false },
    signal: stop.signal,
    progress: async () => undefined,
  }
  const tool = analysisTools.find(({ name }) => name === 'analyze_logs')
  const log_data = Array.from({ length: 20_000 }, (_, i) => `line ${i}`).join('\n')
  await expect(tool?.run({ log_data, format: 'text' }, context)).rejects.toThrow('aborted')
  expect(read).toBe(4_096)
})

const noModel = {
  model_dir: null,
  threshold: null,
  feature_names: null,
  trees: null,
  contamination: null,
  loaded_at: null,
}
