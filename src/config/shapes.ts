import { z } from 'zod'
import { parseDuration, parseSize } from './quantity.ts'

const quantity = (
  format: 'duration' | 'size',
  parse: (text: string) => number | undefined,
  fallback: string,
  description: string,
) =>
  z
    .union([z.string(), z.number()], { error: `expected a ${format} like ${fallback}` })
    .transform((value, context) => {
      const amount = parse(String(value))
      if (amount === undefined) {
        const units = format === 'duration' ? '30s, 15m, 12h, 14d or 0' : '64KB, 512MB, 20GB or 0'
        context.addIssue({ code: 'custom', message: `"${value}" is not a ${format}; write it like ${units}` })
        return z.NEVER
      }
      return amount
    })
    .prefault(fallback)
    .meta({ description, format })

/** An amount of time like `15m`, in ms. */
export const duration = (fallback: string, description: string) =>
  quantity('duration', parseDuration, fallback, description)
/** An amount of bytes like `20GB`. */
export const size = (fallback: string, description: string) => quantity('size', parseSize, fallback, description)

/** What an operator calls a component. */
export const componentName = z
  .string()
  .regex(/^[\w][\w.-]{0,62}$/, 'use letters, digits, ".", "_" and "-", at most 63, beginning with a letter or digit')

/** A component as an operator writes it: which, and its options, which the component itself checks. */
export const component = z.looseObject({ type: z.string().describe('Which one.') })

/** A text that is never shown. */
export const secret = (least: number, description: string) =>
  z.string().min(least, `use at least ${least} characters`).optional().meta({ description, secret: true })
