import type { Alert } from '../schema/alert/alert.ts'
import type { Event, Fields } from '../schema/event/event.ts'
import { createAssetIndex } from './asset-index.ts'
import { createLoginHistory } from './login-history.ts'
import { createNetworks } from './networks.ts'
import { createPersonIndex } from './person-index.ts'

/** Empty tables. */
export const emptyTables = () => ({
  networks: createNetworks({ internal: [], databases: [], benign: [], cloud: [] }),
  assets: createAssetIndex(),
  people: createPersonIndex(),
  history: createLoginHistory(),
})

export const begin = Date.UTC(2026, 2, 2)
const hour = 3_600_000

/** Returns a time, in days and hours after Monday, 2 March 2026, UTC. */
export const moment = (day: number, atHour = 0): number => begin + (day * 24 + atHour) * hour

let events = 0

export const eventAt = (time: number, fields: Fields): Event => ({
  id: `0-${events++}`,
  kind: 'event',
  time,
  timeGuessed: false,
  receivedAt: time,
  source: 'auth',
  stream: 'auth',
  message: '',
  original: '',
  fields,
})

export const loginAt = (time: number, user: string, address: string, host = 'web-01', outcome = 'success'): Event =>
  eventAt(time, { 'user.name': user, 'source.ip': address, 'host.name': host, 'event.outcome': outcome })

/** Creates an alert with the given facts only. */
export const alertAt = (time: number, facts: Partial<Alert>): Alert => ({
  id: 'a1',
  dedup_key: 'a1',
  status: 'new',
  type: 'other',
  severity: 'medium',
  score: 0.9,
  title: '',
  sentence: '',
  value: '',
  usual: '',
  detectors: ['sequence'],
  source: 'auth',
  stream: 'auth',
  entities: [],
  techniques: [],
  contributions: [],
  evidence: [],
  count: 1,
  event_count: 1,
  detection_ids: [],
  first_seen: new Date(time).toISOString(),
  last_seen: new Date(time).toISOString(),
  created_at: new Date(time).toISOString(),
  updated_at: new Date(time).toISOString(),
  learning: false,
  incident_id: null,
  assignee: null,
  resolution: null,
  suppression_id: null,
  triage: null,
  version: 1,
  ...facts,
})
