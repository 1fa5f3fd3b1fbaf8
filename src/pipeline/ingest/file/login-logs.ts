import { dirname } from 'node:path'
import { splitLines } from '../lines.ts'

/** The logins of a file, by its beginning. */
export interface LoginContent {
  /** Whether it has login records: `wtmp` or `btmp`. */
  readonly isRecords: boolean
  /** Whether it is a log in which programs say who logged in. */
  readonly hasMessages: boolean
  readonly time: number | undefined
}

/** Messages of the programs that check logins: in syslog, or a field of the journal. */
const messages =
  /\bpam_[a-z\d]+\([\w.-]+:(?:auth|session)\)|\b(?:sshd(?:-session|-auth)?|systemd-logind)\[\d{1,10}\]: |"SYSLOG_IDENTIFIER":"(?:sshd(?:-session|-auth)?|systemd-logind)"/

/** Whether a text begins with login records, as `utmpdump` prints them. */
export const areLoginRecords = (text: string): boolean => /^\[\d\] \[-?\d{1,10}\] \[.{4}\] \[/.test(text)

/** Whether a text has messages about logins. */
export const hasLoginMessages = (text: string): boolean => messages.test(text)

/** Another log with the logins of a file of login records. */
export interface SameLogins {
  readonly path: string
  /** Its first time. */
  readonly from: number
}

/**
 * Returns the log whose messages say the same as login records from a time on: one in the folder of the records, or below it. Each failed login
 * is in `auth.log` or the journal and in `btmp`, and must not count twice; `btmp` may begin earlier.
 */
export const findSameLogins = (records: string, files: ReadonlyMap<string, LoginContent>): SameLogins | undefined => {
  const folder = `${dirname(records)}/`
  let first: SameLogins | undefined
  for (const [path, { hasMessages, time }] of files) {
    if (!hasMessages || !(path.startsWith(folder) || folder === './')) continue
    const from = time ?? Number.NEGATIVE_INFINITY
    if (!first || from < first.from) first = { path, from }
  }
  return first
}

/** Passes the lines before a time, and those without one. */
export async function* linesBefore(
  chunks: AsyncIterable<Buffer>,
  until: number,
  timeOf: (line: string) => number | undefined,
): AsyncGenerator<Buffer> {
  const splitter = splitLines()
  for await (const chunk of chunks) {
    const before = splitter.push(chunk).filter(({ text }) => (timeOf(text) ?? Number.NEGATIVE_INFINITY) < until)
    if (before.length > 0) yield Buffer.from(before.map(({ text }) => `${text}\n`).join(''))
  }
}
