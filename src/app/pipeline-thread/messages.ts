import { z } from 'zod'
import type { Alert } from '../../schema/alert/alert.ts'
import type { RecordBatch } from '../../schema/record/record.ts'
import type { SuppliedFacts } from '../../schema/triage/supplied-enrichment.ts'
import { failureShape } from '../offload/messages.ts'
import type { TableName } from '../tables.ts'
import { threadLogEntry } from '../thread-log.ts'

/** A question of the main thread to the pipeline thread. */
export type PipelineQuestion =
  | { readonly about: 'parse'; readonly batch: RecordBatch }
  | { readonly about: 'triage'; readonly alert: Alert; readonly facts: SuppliedFacts }
  | { readonly about: 'life' }
  | { readonly about: 'progress' }
  | { readonly about: 'login history' }
  | { readonly about: 'forget' }
  | { readonly about: 'refresh'; readonly table: TableName }
  | { readonly about: 'stop' }

export interface Asked {
  readonly id: number
  readonly question: PipelineQuestion
}

/** A batch that passed a stage. */
const stageBatch = z.object({ stage: z.string(), received: z.number(), emitted: z.number(), seconds: z.number() })
export type StageBatch = z.infer<typeof stageBatch>

/** The messages of the pipeline thread. */
export const fromPipeline = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('answer'), id: z.number(), value: z.unknown() }),
  z.object({ type: z.literal('failure'), id: z.number(), failure: failureShape }),
  z.object({ type: z.literal('passed'), batches: z.array(stageBatch) }),
  z.object({ type: z.literal('failed'), stage: z.string(), received: z.number(), reason: z.string() }),
  z.object({ type: z.literal('parsed'), parsed: z.number(), failed: z.number() }),
  z.object({ type: z.literal('detected'), detector: z.string(), count: z.number() }),
  z.object({ type: z.literal('results') }),
  threadLogEntry,
])
export type FromPipeline = z.infer<typeof fromPipeline>
