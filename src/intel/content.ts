import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { observableType } from '../schema/indicator.ts'
import type { Entry } from './provider.ts'

/** Entries that are no indicators: they are few enough, or plain enough, to be kept as one text a feed. */
export type Remark = Extract<Entry, { readonly kind: 'benign' | 'exploited' }>

const remark = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('benign'),
    list: z.string(),
    types: z.array(observableType),
    match: z.enum(['exact', 'domain', 'range', 'substring', 'pattern']),
    value: z.string(),
  }),
  z.object({
    kind: z.literal('exploited'),
    cve: z.string(),
    name: z.string(),
    added: z.string(),
    ransomware: z.boolean(),
  }),
])

const mostBytes = 512 * 1_048_576

/** Packs remarks: one JSON line each, compressed. */
export const packRemarks = (remarks: readonly Remark[]): Uint8Array =>
  remarks.length === 0 ? new Uint8Array() : zstdCompressSync(remarks.map((one) => JSON.stringify(one)).join('\n'))

/** Reads what `packRemarks` wrote. */
export const unpackRemarks = (bytes: Uint8Array): readonly Remark[] =>
  bytes.length === 0
    ? []
    : zstdDecompressSync(bytes, { maxOutputLength: mostBytes })
        .toString('utf8')
        .split('\n')
        .map((line) => remark.parse(JSON.parse(line)))
