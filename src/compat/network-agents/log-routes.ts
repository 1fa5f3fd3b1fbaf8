import type { Present, Route } from '../../api/rest/route.ts'
import type { EventView } from '../../schema/event/event.ts'
import { browseEvents } from './browse-events.ts'
import type { NetworkAgentsConfig } from './config.ts'
import { getLogDatabase, logDatabaseView } from './get-log-database.ts'
import { route } from './route.ts'
import { testLogDatabase } from './test-log-database.ts'

/** The levels of the log-agent service, and the names that differ in each direction. */
const levels = ['emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug'] as const
const ours: Readonly<Record<string, string>> = { emergency: 'emerg', critical: 'crit', informational: 'info' }
const theirs: Readonly<Record<string, string>> = { emerg: 'emergency', crit: 'critical' }

const text = (value: unknown): readonly string[] =>
  [value ?? []]
    .flat()
    .flatMap((one) => String(one).split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Accepts both spellings that the page of the service used, and ignores empty parameters. */
const readQuery: NonNullable<Route['readQuery']> = ({ start_date, startDate, end_date, endDate, search, ...query }) => {
  const asked = {
    from: start_date ?? startDate ?? query.from,
    to: end_date ?? endDate ?? query.to,
    search,
    page: query.page,
    per_page: query.per_page,
  }
  const wanted = text(query.level ?? query.severity ?? query.levels).map(
    (word) => ours[word.toLowerCase()] ?? word.toLowerCase(),
  )
  const programs = text(query.program ?? query.programs)
  return {
    ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== '')),
    ...(wanted.length > 0 && { levels: wanted }),
    ...(programs.length > 0 && { programs }),
  }
}

const fieldOf = ({ fields }: EventView, name: string) => fields[name] ?? null

/** Shows an event as a row of `log_entries`. */
export const toEntry = (event: EventView) => {
  const level = fieldOf(event, 'log.level')
  const number = Number(fieldOf(event, 'event.id') ?? Number.NaN)
  return {
    id: Number.isSafeInteger(number) ? number : event.id,
    device_id: fieldOf(event, 'device.id'),
    device_ip: fieldOf(event, 'host.ip') ?? fieldOf(event, 'host.name'),
    timestamp: event.time,
    level: typeof level === 'string' ? (theirs[level] ?? level) : null,
    program: fieldOf(event, 'process.name'),
    message: event.message,
    raw_message: event.original,
    structured_data: event.fields,
    pushed_to_ai: true,
    pushed_at: event.received_at,
    push_attempts: 1,
    last_push_error: null,
  }
}

const presentLogs: Present = (answer) => {
  const { data, total, programs } = browseEvents.output.parse(answer)
  return { logs: data.map(toEntry), total, filters: { severity: levels, programs } }
}

const presentDatabase: Present = (answer) => {
  const { has_password, ...rest } = logDatabaseView.parse(answer)
  // Clients expect a mask, not whether there is a password.
  return { ...rest, password: has_password ? '********' : '' }
}

/** The routes for log lines and for the database that they come from. */
export const logRoutes = (database: NetworkAgentsConfig['database']): readonly Route[] => [
  route({ path: '/api/v1/logs', operation: browseEvents, present: presentLogs, readQuery }),
  route({ path: '/api/v1/settings/database', operation: getLogDatabase(database), present: presentDatabase }),
  route({ method: 'POST', path: '/api/v1/settings/database/test', operation: testLogDatabase(database) }),
]
