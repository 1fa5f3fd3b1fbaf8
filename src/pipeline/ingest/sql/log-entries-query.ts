import type { ForeignDatabase } from './foreign-database.ts'

const entry = 'e.id, e.timestamp, e.log_level, e.process_name, e.message, e.raw_message, e.structured_data, e.device_id'

/** The query for the log entries of a Log Monitor, with the names of their devices. */
export const logEntriesQuery = `
  select ${entry},
    coalesce(d.ip_address, e.device_ip) as device_ip, d.name as device_name
  from log_entries e left join devices d on d.id = e.device_id`

const withoutDevices = `
  select ${entry}, e.device_ip, null as device_name
  from log_entries e`

/** Adapts the query to a database without the table of devices, which is optional. Other queries stay as they are. */
export const fitLogEntriesQuery = async (query: string, database: Pick<ForeignDatabase, 'query'>): Promise<string> => {
  if (query !== logEntriesQuery) return query
  try {
    await database.query('select id, ip_address, name from devices where 1 = 0')
    return query
  } catch {
    // The query itself reports any other problem of the database.
    return withoutDevices
  }
}
