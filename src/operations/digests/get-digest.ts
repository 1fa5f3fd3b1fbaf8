import { z } from 'zod'
import { toDigestHtml } from '../../pipeline/notify/digest/digest-html.ts'
import { toDigestPage } from '../../pipeline/notify/digest/digest-page.ts'
import { toDigestText } from '../../pipeline/notify/digest/digest-text.ts'
import { digest, digestPeriods } from '../../schema/digest.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'
import { composeDigest } from './compose-digest.ts'

export const getDigest = defineOperation({
  name: 'get_digest',
  summary: 'Summarizes a day or a week on one page: what happened, was quiet, learnt, suppressed and not parsed.',
  role: 'viewer',
  input: z.strictObject({
    period: z.enum(digestPeriods).default('week').describe('The length of the period.'),
    to: z.string().max(64).default('now').describe('The end of the period: ISO 8601 or now-2d.'),
  }),
  output: z
    .object({
      digest,
      /** The page as plain text, and as an HTML document. */
      text: z.string(),
      html: z.string(),
    })
    .meta({ id: 'DigestPage' }),
  async run({ period, to }, deps: Pick<Deps, 'store' | 'learning' | 'now' | 'publicUrl'>) {
    const end = parseTime(to, deps.now(), 'end', 'to')
    const found = await composeDigest({ period, to: end }, deps)
    const page = toDigestPage(found, deps.publicUrl)
    return { digest: found, text: toDigestText(page), html: toDigestHtml(page) }
  },
})
