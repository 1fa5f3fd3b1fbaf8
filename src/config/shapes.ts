import { z } from 'zod'
import { parseDuration, parseSize } from '../lib/units/quantity.ts'

const quantity = (format: 'duration' | 'size', parse: (text: string) => number | undefined, example: string) =>
  z.union([z.string(), z.number()], { error: `expected a ${format} like ${example}` }).transform((value, context) => {
    const amount = parse(String(value))
    if (amount === undefined) {
      const units = format === 'duration' ? '30s, 15m, 12h, 14d or 0' : '64KB, 512MB, 20GB or 0'
      context.addIssue({ code: 'custom', message: `"${value}" is not a ${format}; examples: ${units}` })
      return z.NEVER
    }
    return amount
  })

/** A duration such as `15m`, in ms. */
export const durationSetting = (fallback: string, description: string) =>
  quantity('duration', parseDuration, fallback).prefault(fallback).meta({ description, format: 'duration' })
/** The same without a default. */
export const optionalDuration = (example: string, description: string) =>
  quantity('duration', parseDuration, example).optional().meta({ description, format: 'duration' })
/** A size such as `20GB`, in bytes. */
export const size = (fallback: string, description: string) =>
  quantity('size', parseSize, fallback).prefault(fallback).meta({ description, format: 'size' })
/** The same without a default. */
export const optionalSize = (example: string, description: string) =>
  quantity('size', parseSize, example).optional().meta({ description, format: 'size' })

/** The name that an operator gives a component. */
export const componentName = z
  .string()
  .regex(/^[\w][\w.-]{0,62}$/, 'use up to 63 letters, digits, ".", "_" and "-", starting with a letter or digit')

/** A component in the configuration: its type and its options, which the component itself validates. */
export const component = z.looseObject({ type: z.string().describe('The type.') })

/** A secret, masked in all output. */
export const secret = (least: number, description: string) =>
  z.string().min(least, `use at least ${least} characters`).optional().meta({ description, secret: true })
