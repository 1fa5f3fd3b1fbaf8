import { RecentMap } from '../../../lib/oldest/recent-map.ts'
import { ownCopy } from '../../../lib/own-copy/own-copy.ts'
import type { Event, FieldValue } from '../../../schema/event/event.ts'

/** Where a logon session comes from, and since when. */
interface Session {
  readonly time: number
  readonly address: string
}

const mostSessions = 20_000
const loggedOn = '4624'
/**
 * Records that name no client, of administrators and attackers: they clear the log, replicate or change the directory, or change services,
 * tasks, rights, audit policies, users, groups and computers.
 */
const actions: ReadonlySet<string> = new Set(
  `1102 4662 4697 4698 4699 4700 4701 4702 4704 4717 4719 4720 4722 4723 4724 4725 4726 4728 4729 4732 4733 4738 4740 4741 4742
  4743 4756 4757 4767 4781 4794 5136 5137 5139 5141`.split(/\s+/),
)

/**
 * Adds the client's address to actions within a logon session of Windows. Only the record of the logon names the client; later ones share
 * its number on the same computer.
 *
 * Remembers the last 20,000 remote logons. It saves no state: after a restart, sessions that are open then have no address. A record that is
 * delivered again finds what it found before, unless its number belongs to another session since.
 */
export class LogonSessions {
  readonly #sessions = new RecentMap<string, Session>(mostSessions)

  /** Learns from a logon, or returns an action with the address of its client. */
  follow(event: Event): Event {
    const code = event.fields['event.code']
    if (typeof code !== 'string') return event
    if (code === loggedOn) this.#learn(event)
    if (this.#sessions.size === 0 || !actions.has(code) || event.fields['source.ip'] !== undefined) return event
    const { SubjectLogonId, 'winlog.event_data.SubjectLogonId': ofBeats = SubjectLogonId } = event.fields
    const session = ofBeats === undefined ? undefined : this.#sessions.get(keyOf(event, ofBeats))
    if (session === undefined || event.time < session.time) return event
    return { ...event, fields: { ...event.fields, 'source.ip': session.address } }
  }

  #learn(event: Event): void {
    const { TargetLogonId, 'winlog.event_data.TargetLogonId': ofBeats = TargetLogonId } = event.fields
    const { 'source.ip': address } = event.fields
    if (ofBeats === undefined || typeof address !== 'string' || /^(?:127\.|::1$)/.test(address)) return
    this.#sessions.set(ownCopy(keyOf(event, ofBeats)), { time: event.time, address: ownCopy(address) })
  }
}

const keyOf = ({ source, fields }: Event, id: FieldValue): string => `${source}/${fields['host.name']}\n${id}`
