import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { observableType } from '../schema/intelligence/indicator.ts'
import type { FeedEntry } from './provider.ts'

/** Entries that are not indicators: known-benign values and exploited vulnerabilities. Each feed stores them as one text. */
export type Annotation = Extract<FeedEntry, { readonly kind: 'benign' | 'exploited' }>

const annotation = z.discriminatedUnion('kind', [
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

const maxBytesUnpacked = 512 * 1_048_576

/** Encodes annotations as compressed JSON lines. */
export const packAnnotations = (annotations: readonly Annotation[]): Uint8Array =>
  annotations.length === 0
    ? new Uint8Array()
    : zstdCompressSync(annotations.map((one) => JSON.stringify(one)).join('\n'))

/** Decodes the output of `packAnnotations`. */
export const unpackAnnotations = (bytes: Uint8Array): readonly Annotation[] =>
  bytes.length === 0
    ? []
    : zstdDecompressSync(bytes, { maxOutputLength: maxBytesUnpacked })
        .toString('utf8')
        .split('\n')
        .map((line) => annotation.parse(JSON.parse(line)))
