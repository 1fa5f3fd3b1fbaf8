import { configSchema } from '../config/schema.ts'
import { createCompatSystems } from './systems.ts'

const { signal } = new AbortController()
const log = { debug() {}, info() {}, warn() {}, error() {} }

/** Every older system with the default configuration. */
export const compatSystems = createCompatSystems(configSchema.parse({}), { now: Date.now, fetch, log, signal })
