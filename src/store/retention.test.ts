import { openStore } from './open-store.ts'
import { describeRetention } from './retention.conformance.ts'

const quiet = (): void => {}
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }

describeRetention('in SQLite', (now) => openStore('sqlite::memory:', { now, log }))
