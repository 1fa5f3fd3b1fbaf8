import type { Event, Fields } from '../../../schema/event/event.ts'

/** The start time in tests. */
export const someTime = Date.UTC(2026, 0, 5, 8)

/** Creates an event for tests. */
export const someEvent = (
  number: number,
  time: number,
  facts: Partial<Event> & { readonly fields?: Fields } = {},
): Event => {
  const message = facts.message ?? 'nothing special'
  return {
    id: `0-${number}`,
    kind: 'event',
    time,
    timeGuessed: false,
    receivedAt: time,
    source: 'auth',
    stream: 'auth/web-01/sshd',
    message,
    original: facts.original ?? message,
    fields: {},
    template: { id: message.replace(/[\d.]+/g, '*'), text: message.replace(/[\d.]+/g, '<*>') },
    ...facts,
  }
}

/** Creates an sshd login event for tests. */
export const someLogin = (number: number, time: number, success: boolean, user: string, address: string): Event => {
  const word = success ? 'Accepted' : 'Failed'
  return someEvent(number, time, {
    message: `${word} password for ${user} from ${address} port 4711 ssh2`,
    template: { id: word, text: `${word} password for <*> from <*> port <*> ssh2` },
    fields: {
      'host.name': 'web-01',
      'service.name': 'sshd',
      'event.category': 'authentication',
      'event.action': 'ssh_login',
      'event.outcome': success ? 'success' : 'failure',
      'source.ip': address,
      'user.name': user,
    },
  })
}
