import { z } from 'zod'

/** Where an HTTP receiver is. Passwords have options of their own: an address is shown and logged. */
export const receiverUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'must not contain a password')

/** A secret that a header can carry. */
export const headerSecret = z.string().regex(/^[\x21-\x7e]+$/, 'use letters, digits and signs of ASCII')
