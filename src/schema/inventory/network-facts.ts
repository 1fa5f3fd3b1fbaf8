import { z } from 'zod'

/** The local facts about an address. */
export const networkFacts = z
  .object({
    ip_address: z.string(),
    is_internal: z.boolean(),
    network_type: z.enum(['internal', 'external']),
    /** Its category in the registries of special addresses. */
    scope: z.enum(['internal', 'external', 'loopback', 'reserved']),
    /** The /24 or /64 that contains it. */
    subnet: z.string(),
    /** ISO 3166-1 alpha-2, `Internal` or `Unknown`. */
    country: z.string(),
    city: z.string().nullable(),
    /** The operator of the network. */
    isp: z.string().nullable(),
    asn: z.int().nullable(),
    /** The cloud provider. */
    cloud: z.string().nullable(),
    /** Its name, if it is a well-known benign service: `Google Public DNS`. */
    known_as: z.string().nullable(),
    /** 0–100, high is good; 50 if unknown. */
    reputation_score: z.number(),
    known_malicious: z.boolean(),
  })
  .meta({ id: 'NetworkFacts' })
export type NetworkFacts = z.infer<typeof networkFacts>
