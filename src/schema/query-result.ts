import { z } from 'zod'

/** The records of a query's result, and the facts about the caller. */
export const resultRecord = z.record(z.string(), z.unknown())
export type ResultRecord = z.infer<typeof resultRecord>

const level = z.enum(['low', 'medium', 'high'])

/** A record that is unusual for its query. */
export const oddRecord = z.object({
  /** Its position among the sent records, from 0. */
  index: z.int(),
  record: resultRecord,
  /** 0–1, high = anomalous. */
  score: z.number(),
  /** Its features, in the order of the field names. */
  features: z.array(z.number()),
  category: z.enum(['range_violation', 'unusual_combination']),
  risk_level: level,
  /** The reason, in a sentence. */
  reason: z.string(),
})
export type OddRecord = z.infer<typeof oddRecord>

/** A change in the results as a whole. */
export const resultDrift = z.object({
  type: z.string(),
  fields: z.array(z.string()),
  severity: level,
  value: z.number(),
  /** The limit that `value` exceeded. */
  threshold: z.number(),
  before: z.string(),
  after: z.string(),
  sentence: z.string(),
})

/** A possible threat that a query or its fields indicate. */
export const resultConcern = z.object({ type: z.string(), severity: level, description: z.string() })
export type ResultConcern = z.infer<typeof resultConcern>

/** A language model's comment on a query and its results; without a configured model, a note about that. */
export const queryReading = z.object({
  status: z.enum(['answered', 'not_configured', 'failed', 'nothing_to_compare']),
  /** The reason that it failed. */
  problem: z.string().optional(),
  records: z
    .array(
      z.object({
        record_index: z.int(),
        reason: z.string(),
        risk_level: level,
        category: z.enum([
          'unusual_combination',
          'size_anomaly',
          'range_violation',
          'security_concern',
          'business_logic',
        ]),
      }),
    )
    .default([]),
  concerns: z.array(z.string()).default([]),
  recommendations: z.array(z.string()).default([]),
})
export type QueryReading = z.infer<typeof queryReading>

/** The anomalies in one result of a query. */
export const resultAnalysis = z
  .object({
    /** The MD5 of the query's text, or the sender's ID of the query. */
    query_id: z.string(),
    dataset: z.string(),
    operation_name: z.string().nullable(),
    analyzed_at: z.iso.datetime(),
    /** `baseline`: there is no earlier result to compare with. */
    mode: z.enum(['baseline', 'comparative']),
    is_odd: z.boolean(),
    /** 0–1, high = anomalous; the score of the most anomalous record or of the most severe change. */
    score: z.number(),
    records: z.int(),
    /** How many records of the query were learned before. */
    history_records: z.int(),
    /** How many fields the model uses; 0 without a model. */
    model_features: z.int(),
    odd_records: z.array(oddRecord),
    drift: z.array(resultDrift),
    concerns: z.array(resultConcern),
    recommendations: z.array(z.string()),
    reading: queryReading,
    /** The number of the stored result; null if it has no anomaly. */
    analysis_id: z.int().nullable(),
  })
  .meta({ id: 'ResultAnalysis' })
export type ResultAnalysis = z.infer<typeof resultAnalysis>
