import { type NormalizedSample, normalizeSamples } from '../../pipeline/normalize/report.ts'

/** Parses samples (`{ id, kind, encoding?, input }`), one answer each. Stores and learns nothing. */
export const explainSamples = (samples: readonly unknown[], receivedAt: number): readonly NormalizedSample[] =>
  normalizeSamples(samples, receivedAt)
