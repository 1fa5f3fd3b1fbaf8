import type { Anomaly } from '../../schema/agent/anomaly.ts'
import type { AgentFinding, Detection } from '../../schema/detection/detection.ts'
import type { AgentAnomalyRow } from '../alerts/detection-tables.ts'
import type { StoreConnections } from '../connect.ts'
import { nextNumbers } from '../counters.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { batches, insertRows } from '../write-rows.ts'

/** The anomalies found by agents, in the form that clients of network agents list. */
export interface AnomalyStore {
  /** Stores the detections of agents. A detection that continues replaces its previous state. */
  save(detections: readonly Detection[], tx: Transaction): Promise<void>
  /** The newest first. */
  list(query: {
    readonly limit: number
    readonly offset: number
    readonly agentName?: string | undefined
  }): Promise<readonly Anomaly[]>
  /** The anomalies that changed after a time, in order of change; `after` is the last id read at that time. */
  changed(query: {
    readonly since: number
    readonly after: number
    readonly limit: number
  }): Promise<readonly { readonly anomaly: Anomaly; readonly changedAt: number }[]>
  /** The IDs of the detections of some anomalies, by the IDs of the anomalies. */
  detectionIds(ids: readonly number[]): Promise<ReadonlyMap<number, string>>
  count(): Promise<number>
  /** The number of anomalies of each agent and type, and the time of the newest. */
  sums(): Promise<
    readonly {
      readonly agent_name: string
      readonly anomaly_type: string
      readonly count: number
      readonly newest: string
    }[]
  >
  /** Takes the earlier findings of another program; in an empty store they keep their IDs. */
  adopt(anomalies: readonly Anomaly[], tx: Transaction): Promise<void>
  /** Removes anomalies last seen before a moment; returns how many. */
  forget(before: number, tx: Transaction): Promise<number>
}

const counter = 'agent anomalies'

/** Stores the anomalies found by agents, numbered in order of detection. An anomaly that continues keeps its number. */
export const createAnomalyStore = ({ read, now, stamp }: StoreConnections): AnomalyStore => ({
  async save(detections, tx) {
    const told = [...new Map(detections.filter(isOfAgent).map((detection) => [detection.id, detection])).values()]
    for (const part of batches(told)) {
      const ids = part.map(({ id }) => id)
      const rows = await tx
        .selectFrom('agent_anomalies')
        .select('detection_id')
        .where('detection_id', 'in', ids)
        .execute()
      const known = new Set(rows.map(({ detection_id }) => detection_id))
      for (const detection of part.filter(({ id }) => known.has(id))) {
        const finding = toFinding(detection)
        await tx
          .updateTable('agent_anomalies')
          .set({ ...finding, changed_at: stamp() })
          .where('detection_id', '=', detection.id)
          .where('timestamp', '<=', finding.timestamp)
          .execute()
      }
      const fresh = part.filter(({ id }) => !known.has(id))
      if (fresh.length === 0) continue
      const first = await nextNumbers(tx, counter, fresh.length)
      const added = fresh.map((detection, i) => ({
        ...toFinding(detection),
        id: first + i,
        detection_id: detection.id,
        created_at: plainTime(now()),
        changed_at: stamp(),
      }))
      await insertRows(tx, 'agent_anomalies', added)
    }
  },

  async list({ limit, offset, agentName }) {
    let rows = read
      .selectFrom('agent_anomalies')
      .selectAll()
      .orderBy('timestamp', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .offset(offset)
    if (agentName !== undefined) rows = rows.where('agent_name', '=', agentName)
    return (await rows.execute()).map(toAnomaly)
  },

  async changed({ since, after, limit }) {
    const rows = await read
      .selectFrom('agent_anomalies')
      .selectAll()
      .where((where) => where(where.refTuple('changed_at', 'id'), '>', where.tuple(since, after)))
      .orderBy('changed_at')
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map((row) => ({ anomaly: toAnomaly(row), changedAt: row.changed_at }))
  },

  async detectionIds(ids) {
    const rows = await read
      .selectFrom('agent_anomalies')
      .select(['id', 'detection_id'])
      .where('id', 'in', [...ids])
      .execute()
    return new Map(rows.map(({ id, detection_id }) => [id, detection_id]))
  },

  async count() {
    const row = await read
      .selectFrom('agent_anomalies')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirst()
    return Number(row?.count ?? 0)
  },

  async sums() {
    const rows = await read
      .selectFrom('agent_anomalies')
      .select(({ fn }) => ['agent_name', 'anomaly_type', fn.countAll().as('count'), fn.max('timestamp').as('newest')])
      .groupBy(['agent_name', 'anomaly_type'])
      .orderBy('agent_name')
      .orderBy('anomaly_type')
      .execute()
    return rows.map(({ count, ...rest }) => ({ ...rest, count: Number(count) }))
  },

  async adopt(anomalies, tx) {
    const highest = anomalies.reduce((most, { id }) => Math.max(most, id), 0)
    if (highest === 0) return
    // In an empty table, they keep their IDs.
    const before = (await nextNumbers(tx, counter, highest)) - 1
    const rows = anomalies.map(({ id, features, ...rest }) => ({
      ...rest,
      id: before + id,
      detection_id: `adopted ${before + id}`,
      stream: rest.agent_name,
      features: features === null ? null : toJson(features),
      changed_at: stamp(),
    }))
    await insertRows(tx, 'agent_anomalies', rows)
  },

  async forget(before, tx) {
    const { numDeletedRows } = await tx
      .deleteFrom('agent_anomalies')
      .where('timestamp', '<', plainTime(before))
      .executeTakeFirst()
    return Number(numDeletedRows)
  },
})

const isOfAgent = (detection: Detection): detection is Detection & { agent: AgentFinding } =>
  detection.agent !== undefined

const toFinding = ({ stream, sentence, last_seen, agent }: Detection & { agent: AgentFinding }) => ({
  stream,
  agent_name: agent.agent_name,
  device_id: agent.device_id,
  timestamp: plainTime(Date.parse(last_seen)),
  anomaly_type: agent.anomaly_type,
  confidence: agent.confidence,
  description: sentence,
  features: toJson(agent.features),
})

/** UTC to the second and without a zone, as clients of network agents write and read times. */
const plainTime = (time: number): string => new Date(time).toISOString().slice(0, 19)

/** In the column order that clients expect. */
const toAnomaly = (row: AgentAnomalyRow): Anomaly => ({
  id: row.id,
  agent_name: row.agent_name,
  device_id: row.device_id,
  timestamp: row.timestamp,
  anomaly_type: row.anomaly_type,
  confidence: row.confidence,
  description: row.description,
  features: row.features === null ? null : fromJson(row.features),
  created_at: row.created_at,
})
