import { z } from 'zod'

/** Parses a fixed zone, `UTC` or `+02:00`, as minutes east of UTC; undefined if it is invalid. */
export const parseZone = (text: string): number | undefined => {
  if (/^(z|utc|gmt)$/i.test(text)) return 0
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text)
  if (!match) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3])
  if (minutes > 14 * 60 || Number(match[3]) > 59) return undefined
  return match[1] === '-' && minutes > 0 ? -minutes : minutes
}

/** The option of every source for times without a zone. */
export const zone = z
  .string()
  .transform((text, context) => {
    const minutes = parseZone(text)
    if (minutes === undefined) {
      context.addIssue({ code: 'custom', message: `"${text}" is not a zone; use UTC, +02:00 or -05:30` })
      return z.NEVER
    }
    return minutes
  })
  .optional()
  .meta({
    description:
      'The zone of times without one: `UTC`, `+02:00`. By default, it is guessed from the clock of arrival, or UTC.',
    format: 'zone',
  })
