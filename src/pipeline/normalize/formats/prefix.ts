import type { Draft } from '../draft.ts'

interface Prefix {
  /** Where the line of the program begins. */
  readonly end: number
  readonly fields: Draft
}

/**
 * Reads what runners of several programs write before each line: `web-1  | ` (docker compose), `09:32:20 web.1  | ` (foreman), `0|web  | `
 * (pm2), `[pod/web-7d9f/web] ` (`kubectl logs --prefix`), `app[web.1]: ` (Heroku).
 */
export const readPrefix = (text: string): Prefix | undefined => {
  if (!hasPrefix(text)) return undefined
  const head = text.slice(0, 300)
  const pod = /^\[pod\/([\w.-]{1,253})\/([\w.-]{1,63})\] /.exec(head)
  if (pod)
    return {
      end: pod[0].length,
      fields: { 'kubernetes.pod.name': pod[1] ?? '', 'container.name': pod[2] ?? '' },
    }
  const dyno = /^(?:app|heroku)\[([\w.-]{1,63})\]: /.exec(head)
  if (dyno) return { end: dyno[0].length, fields: { 'process.name': dyno[1] ?? '' } }
  const named = /^(?:\d\d:\d\d:\d\d +)?(?:\d{1,5}\|)?([A-Za-z][\w.-]{0,62}) {0,40}\| /.exec(head)
  return named ? { end: named[0].length, fields: { 'container.name': named[1] ?? '' } } : undefined
}

/** A cheap test for such a prefix. */
export const hasPrefix = (text: string): boolean => {
  const bar = text.indexOf('| ')
  return (
    (bar > 0 && bar < 100 && text.charCodeAt(bar - 1) <= 122) ||
    text.startsWith('[pod/') ||
    text.startsWith('app[') ||
    text.startsWith('heroku[')
  )
}
