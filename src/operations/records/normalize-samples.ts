import { readFormats } from '../../pipeline/normalize/declared/declared-formats.ts'
import { type NormalizedSample, normalizeSamples } from '../../pipeline/normalize/report.ts'

/**
 * Parses samples (`{ id, kind, encoding?, input }`), one answer each, also with the formats of the given folders. Stores and learns nothing.
 */
export const explainSamples = (
  samples: readonly unknown[],
  receivedAt: number,
  folders: readonly string[] = [],
): readonly NormalizedSample[] =>
  normalizeSamples(samples, receivedAt, folders.length === 0 ? undefined : readFormats(folders))
