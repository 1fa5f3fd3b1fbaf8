import { z } from 'zod'
import { textVector, vectorLength } from '../../pipeline/triage/alert-words.ts'
import { defineOperation } from '../operation.ts'

/** The length of the vectors. */
export const embeddingLength = vectorLength

/** Returns the vectors of the words of texts. */
export const embedTexts = defineOperation({
  name: 'embed_texts',
  summary: 'Turns texts into vectors whose cosine says how much their words and meanings have in common.',
  role: 'viewer',
  input: z.strictObject({ texts: z.array(z.string().max(10_000)).min(1).max(100) }),
  output: z.object({ embeddings: z.array(z.array(z.number())), model: z.string(), dimension: z.int() }),
  async run({ texts }, _deps: object) {
    return { embeddings: texts.map((text) => [...textVector(text)]), model: 'words', dimension: embeddingLength }
  },
})
