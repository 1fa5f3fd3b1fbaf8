import type { Log } from '../component.ts'
import type { ScheduledJob } from '../schedule.ts'
import type { Store } from '../store/store.ts'

/** Watches for a newer version that migrates the database while this process runs. Leases are refused to this process from then on. */
export const createUpgradeWatch = (store: Pick<Store, 'newerMigrations'>, log: Log) => {
  let newer = ''
  const job: ScheduledJob = {
    name: 'watch for a newer version',
    every: 5_000,
    async run() {
      const known = newer
      newer = (await store.newerMigrations()).join(', ')
      if (newer !== known && newer !== '') log.error({ migrations: newer }, `${message} Upgrade it.`)
    },
  }
  return { job, problems: () => (newer === '' ? [] : [`${message} Its migrations: ${newer}. Upgrade this process.`]) }
}

const message = 'A newer version of Vedette has migrated the database. This process works no topic any more.'
