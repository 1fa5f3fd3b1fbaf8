import { type Draft, splitTrace } from '../../draft.ts'

const head = /^(trce|dbug|info|warn|fail|crit): ([A-Za-z_][\w.`+<>,-]{0,200})\[(-?\d{1,9})\](?:\n {6}| |$)/

const levels: Readonly<Record<string, string>> = {
  trce: 'debug',
  dbug: 'debug',
  info: 'info',
  warn: 'warning',
  fail: 'error',
  crit: 'crit',
}

/** A cheap test for the level that .NET's console logger writes before a category. */
export const startsLikeDotnet = (text: string, at = 0): boolean =>
  text.charCodeAt(at + 4) === 58 && text.charCodeAt(at + 5) === 32 && head.test(text.slice(at, at + 240))

/**
 * Reads a record of .NET's console logger, `fail: Shop.Orders[12]` and its message on the next line or behind it. Returns the message;
 * undefined for other texts.
 */
export const readDotnet = (text: string, at: number, fields: Draft): string | undefined => {
  const found = startsLikeDotnet(text, at) ? head.exec(text.slice(at, at + 240)) : null
  if (!found) return undefined
  const [whole, level = '', category = '', id = '0'] = found
  fields['log.level'] = levels[level] ?? 'info'
  fields['log.logger'] = category
  if (id !== '0') fields['event.code'] = id
  // A container's log has the message in the next line.
  const message = text.slice(at + whole.length).replaceAll('\n      ', '\n')
  return message === '' ? text.slice(at) : splitTrace(message.trimEnd(), fields)
}
