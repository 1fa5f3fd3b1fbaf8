import { openStore } from '../../store/open-store.ts'
import { describeAlertGroups } from './group-alerts.conformance.ts'

const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

describeAlertGroups('in SQLite', (now) => openStore('sqlite::memory:', { now, log }))
