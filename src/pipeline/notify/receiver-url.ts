import { z } from 'zod'

/** The URL of an HTTP receiver. Passwords have their own options, because URLs are shown and logged. */
export const receiverUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'must not contain a password')

/** A secret that fits in a header. */
export const headerSecret = z.string().regex(/^[\x21-\x7e]+$/, 'use printable ASCII characters without spaces')
