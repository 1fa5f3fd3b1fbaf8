import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import { describeManyAlerts } from './many-alerts.conformance.ts'

const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
let folder = ''

describeManyAlerts(
  'in SQLite',
  async () => {
    folder = await mkdtemp(join(tmpdir(), 'vedette-many-'))
  },
  (alertsInMemory) => openStore(`sqlite:${join(folder, 'vedette.db')}`, { now: Date.now, log, alertsInMemory }),
)
afterAll(() => rm(folder, { recursive: true }))
