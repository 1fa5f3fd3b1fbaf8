import type { BlockShape } from './block-shape.ts'

const account = /^# User@Host: ([^[\]\n]{0,128})\[[^\]\n]{0,128}\] @ +([^[\]\n]{0,255}?) *\[([^\]\n]{0,64})\]/
/** The pairs of a line below the account: `# Query_time: 1.000235  Lock_time: 0.000000`. */
const pairs = /([A-Za-z]\w{0,40}): +(?!\w{1,41}:)(\S{1,128})/g
/** Statements that the server adds before the one that was slow. */
const added = /^(?:use [^;]{1,200}|SET timestamp=\d{1,12}(?:\.\d{1,6})?);$/i

/** Whether a line may begin a statement in the slow query log of MySQL or MariaDB. */
export const mayBeginSlowQuery = (line: string): boolean => line.startsWith('# Time: ') || account.test(line)

/**
 * A statement in the slow query log of MySQL, MariaDB or Percona. Its first line is the time, which MariaDB writes once per second, or the
 * account. The server ends each statement with a semicolon.
 */
export const slowQueryBlock: BlockShape = {
  begins: (line, next, first) =>
    line.startsWith('# Time: ')
      ? account.test(next)
      : first === undefined && account.test(line) && /^# \w+: /.test(next),
  ends: (line) => line.endsWith(';') && !added.test(line),
  read(lines) {
    const at = lines.findIndex((line) => !line.startsWith('# ') || line.startsWith('# administrator command: '))
    const head = lines.slice(0, at)
    const [, user, host, address] = head.flatMap((line) => account.exec(line) ?? [])
    const found = new Map(head.filter((line) => !mayBeginSlowQuery(line)).flatMap(readPairs))
    const seconds = Number(found.get('Query_time') ?? Number.NaN)
    const time = timeOf(lines)
    if (at < 0 || time === undefined || !Number.isFinite(seconds)) return undefined
    const statement = lines.slice(at).filter((line) => !added.test(line))
    const client = address || host
    return {
      '@timestamp': time,
      message: statement.join('\n').replace(/^# /, '').replace(/;$/, ''),
      'event.category': 'database',
      'event.action': 'slow_query',
      'event.duration': Math.round(seconds * 1e9),
      ...(user && { 'user.name': user }),
      ...(client && { [address ? 'source.ip' : 'source.domain']: client }),
      ...(found.get('Schema') && { 'db.name': found.get('Schema') }),
      mysql: { slowlog: Object.fromEntries([...found].flatMap(toNumber)) },
    }
  },
}

const readPairs = (line: string): [string, string][] =>
  [...line.matchAll(pairs)].map(([, name = '', value = '']) => [name, value])

const toNumber = ([name, value]: [string, string]): [string, number][] =>
  /^\d{1,15}(?:\.\d{1,9})?$/.test(value) && name !== 'Query_time' ? [[name.toLowerCase(), Number(value)]] : []

/** Returns the time with a zone, which MySQL writes in the first line, else the one of the statement, which has none as it is in UTC. */
const timeOf = (lines: readonly string[]): string | undefined => {
  const zoned = /^# Time: (\d{4}-\d\d-\d\dT\S{8,24})$/.exec(lines[0] ?? '')?.[1]
  if (zoned !== undefined) return zoned
  for (const line of lines) {
    const second = /^SET timestamp=(\d{9,11}(?:\.\d{1,6})?);$/.exec(line)?.[1]
    if (second !== undefined) return new Date(Number(second) * 1000).toISOString()
  }
  return undefined
}
