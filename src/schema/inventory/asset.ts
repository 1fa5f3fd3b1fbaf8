import { z } from 'zod'

export const assetTypes = ['server', 'workstation', 'network', 'mobile', 'cloud', 'application', 'database'] as const
export const criticalities = ['critical', 'high', 'medium', 'low'] as const
export const environments = ['production', 'staging', 'development', 'test'] as const

const text = z.string().nullable()

/** An item of ours that alerts may concern: a machine, a network, an application. Imported or edited by users, never guessed. */
export const asset = z
  .object({
    asset_id: z.string(),
    asset_name: z.string(),
    asset_type: z.enum(assetTypes),
    /** Addresses and ranges: `10.0.0.5`, `10.1.0.0/16`. */
    addresses: z.array(z.string()),
    hostnames: z.array(z.string()),
    mac_address: text,
    os_name: text,
    os_version: text,
    owner: text,
    location: text,
    criticality: z.enum(criticalities),
    business_unit: text,
    environment: z.enum(environments).nullable(),
    tags: z.array(z.string()),
    /** The number of open vulnerabilities that a scanner found, by severity. */
    vulnerabilities: z.object({ critical: z.int(), high: z.int(), medium: z.int(), low: z.int() }).nullable(),
    last_scan: z.iso.datetime().nullable(),
    is_active: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Asset' })
export type Asset = z.infer<typeof asset>
