import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { initialSchema } from './0001-schema.ts'
import { leaseEpochs } from './0002-lease-epochs.ts'
import { packedDocuments } from './0003-packed-documents.ts'
import { notificationReceipts } from './0004-notification-receipts.ts'
import { triageViews } from './0005-triage-views.ts'
import { queryRoles } from './0006-query-roles.ts'
import { blockObjects } from './0007-block-objects.ts'
import { detectorStates } from './0008-detector-states.ts'
import { alertIncidents } from './0009-alert-incidents.ts'
import { packedRecords } from './0010-packed-records.ts'
import { jobSuspicion } from './0011-job-suspicion.ts'
import { jobOrigins } from './0012-job-origins.ts'

/**
 * Every migration, in order. A released one is never changed: what comes later is a migration of its own. Servers of the version before accept
 * records and answer requests after it, so it may add columns and tables, and remove only what that version does not use. A saved state that
 * the version before cannot read needs a migration too, if only an empty one: it makes older processes stop working.
 */
export const migrations: Readonly<Record<string, (db: Kysely<unknown>, types: ColumnTypes) => Promise<void>>> = {
  '0001-schema': initialSchema,
  '0002-lease-epochs': leaseEpochs,
  '0003-packed-documents': packedDocuments,
  '0004-notification-receipts': notificationReceipts,
  '0005-triage-views': triageViews,
  '0006-query-roles': queryRoles,
  '0007-block-objects': blockObjects,
  '0008-detector-states': detectorStates,
  '0009-alert-incidents': alertIncidents,
  '0010-packed-records': packedRecords,
  '0011-job-suspicion': jobSuspicion,
  '0012-job-origins': jobOrigins,
}

/** The migrations of the development versions. Together they made the tables of `0001-schema`. */
export const formerMigrations: readonly string[] = [
  '0001-initial',
  '0002-rule-settings',
  '0003-triage',
  '0004-intel',
  '0005-audit-chain',
  '0010-alert-heads',
  '0011-decisions-and-views',
  '0020-scored-batches',
  '0030-event-counts',
  '0040-external-ids',
  '0050-llm',
  '0060-accounts',
  '0070-query-results',
  '0080-agent-anomalies',
  '0090-alert-results',
  '0120-model-opinions',
  '0130-alert-rules',
  '0150-alert-index',
  '0151-detections-saved',
]
