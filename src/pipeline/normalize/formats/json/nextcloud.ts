/** Levels of Nextcloud and ownCloud. Syslog's numbers run the other way. */
const levels = ['debug', 'info', 'warning', 'error', 'crit'] as const

/** Returns the level of a record of Nextcloud or ownCloud, which has a number; undefined for other objects. */
export const nextcloudLevel = (object: Readonly<Record<string, unknown>>): string | undefined =>
  typeof object.level === 'number' &&
  typeof object.reqId === 'string' &&
  typeof object.remoteAddr === 'string' &&
  typeof object.app === 'string'
    ? levels[object.level]
    : undefined
