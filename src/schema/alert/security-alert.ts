import { isIP } from 'node:net'
import { z } from 'zod'
import { alertTypes } from '../detection/detection.ts'
import { severities } from '../severity.ts'

const address = z
  .string()
  .trim()
  // Senders with fixed columns write an empty text where they have no address.
  .refine((text) => text === '' || isIP(text) !== 0, 'is no IP address')
const hash = z
  .string()
  .trim()
  .regex(/^(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64})?$/i, 'is no MD5, SHA-1 or SHA-256 hash in hexadecimal')
const name = (longest: number) => z.string().max(longest).nullish()
const port = z.int().min(0).max(65_535).nullish()

/** An alert that another system sends in our format. Unknown fields are stored with it. */
export const securityAlert = z
  .looseObject({
    alert_id: z.string().trim().min(1).max(100).describe('The id that the sender knows it by.'),
    timestamp: z
      .union([z.string().min(1).max(64), z.number()])
      .describe('When it was raised: ISO 8601, or seconds or milliseconds since 1970. At most 5 minutes ahead.'),
    alert_type: z
      .enum([...alertTypes, 'denial_of_service'])
      .transform((type) => (type === 'denial_of_service' ? 'ddos' : type))
      .describe('`denial_of_service` is another word for `ddos`.'),
    severity: z.enum(severities),
    description: z.string().trim().min(1).max(2_000),
    title: name(500).describe('A few words for a list; else the description.'),
    source_ip: address.nullish(),
    target_ip: address.nullish(),
    source_port: port,
    destination_port: port,
    protocol: name(50),
    asset_id: name(200).describe('The asset that it is about.'),
    user_id: name(200).describe('The person or account that it is about.'),
    file_hash: hash.nullish().describe('MD5, SHA-1 or SHA-256.'),
    file_name: name(1_000),
    url: name(2_000),
    dns_query: name(500),
    raw_data: z.record(z.string(), z.unknown()).nullish().describe('The original data of the sender.'),
    normalized_data: z.record(z.string(), z.unknown()).nullish(),
    source: name(100).describe('The system that raised it; the same alert_id of another one is another alert.'),
    source_ref: name(500).describe('Where there is more about it.'),
  })
  .meta({ id: 'SecurityAlert' })
