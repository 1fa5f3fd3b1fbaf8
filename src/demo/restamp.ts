/** The time of a log line, at its start or in brackets, with its position and format. Times without a zone are UTC. */
interface LineStamp {
  readonly time: number
  readonly start: number
  readonly end: number
  readonly form: Form
}

type Form = 'syslog' | 'access' | 'error' | 'iso'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const shapes: readonly (readonly [Form, RegExp])[] = [
  // Nov 20 09:15:02 host …
  ['syslog', /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(?= )/],
  // 2026-11-20 09:15:02.123 UTC [12] …
  ['iso', /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})(?= UTC)/],
  // 2026/11/20 09:15:02 [error] …
  ['error', /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?= )/],
  // 198.51.100.7 - - [20/Nov/2026:09:15:02 +0000] …
  ['access', /(?<=^[^[\n]{1,300} \[)(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?= \+0000\])/],
]

/** Reads the time of a line of the sample; undefined when it has none. A year that is not written is the one closest to `near`. */
export const readStamp = (text: string, near: number): LineStamp | undefined => {
  for (const [form, shape] of shapes) {
    const match = shape.exec(text)
    if (!match) continue
    const time = timeOf(form, match, near)
    return Number.isNaN(time) ? undefined : { time, start: match.index, end: match.index + match[0].length, form }
  }
  return undefined
}

/** nginx lines in syslog have a second time. */
const carried: readonly (readonly [Form, RegExp])[] = [
  ['access', /(?<= \[)(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?= \+0000\] ")/],
  ['error', /(?<= nginx: )(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?= \[)/],
]

/** Replaces the time of a line, in the same place and format, and moves a second time in it by the same amount. */
export const writeStamp = (text: string, { start, end, form, time: before }: LineStamp, time: number): string => {
  const head = text.slice(0, start) + format(form, new Date(time))
  const rest = text.slice(end)
  if (form !== 'syslog') return head + rest
  for (const [inner, shape] of carried) {
    const match = shape.exec(rest)
    if (!match) continue
    const moved = format(inner, new Date(timeOf(inner, match, before) + time - before))
    return head + rest.slice(0, match.index) + moved + rest.slice(match.index + match[0].length)
  }
  return head + rest
}

const timeOf = (form: Form, match: RegExpExecArray, near: number): number => {
  const part = (index: number) => Number(match[index])
  const month = (index: number) => months.indexOf(match[index] ?? '')
  switch (form) {
    case 'syslog': {
      const year = new Date(near).getUTCFullYear()
      const times = [year - 1, year, year + 1].map((one) => Date.UTC(one, month(1), part(2), part(3), part(4), part(5)))
      return times.reduce((best, time) => (Math.abs(time - near) < Math.abs(best - near) ? time : best))
    }
    case 'access':
      return Date.UTC(part(3), month(2), part(1), part(4), part(5), part(6))
    default:
      return Date.UTC(part(1), part(2) - 1, part(3), part(4), part(5), part(6), form === 'iso' ? part(7) : 0)
  }
}

const format = (form: Form, date: Date): string => {
  const iso = date.toISOString()
  const month = months[date.getUTCMonth()]
  const clock = iso.slice(11, 19)
  switch (form) {
    case 'syslog':
      return `${month} ${String(date.getUTCDate()).padStart(2)} ${clock}`
    case 'iso':
      return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`
    case 'error':
      return `${iso.slice(0, 10).replaceAll('-', '/')} ${clock}`
    case 'access':
      return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${clock}`
  }
}
