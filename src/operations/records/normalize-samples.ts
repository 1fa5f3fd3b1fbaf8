import { type NormalizedSample, normalizeSamples } from '../../pipeline/normalize/report.ts'

/** Shows how given texts (`{ id, kind, encoding?, input }`) are understood, one answer each; stores and learns nothing. */
export const explainSamples = (samples: readonly unknown[], receivedAt: number): readonly NormalizedSample[] =>
  normalizeSamples(samples, receivedAt)
