import { labelledRoles } from '../../schema/detection/address-roles.ts'
import { shownLine } from '../../schema/detection/detection.ts'
import { tellingEvidence } from '../../schema/detection/telling-evidence.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { nameAttackers } from '../../schema/incident/name-attackers.ts'
import type { DigestPage } from './digest/digest-page.ts'
import { joinedSince } from './joined-attackers.ts'
import { cutText, toPlainLine } from './plain.ts'
import type { Notification, NotifyReason } from './sink.ts'

/** Another incident of the same message, in one line. */
interface OtherIncident {
  readonly id: string
  readonly severity: Incident['severity']
  readonly title: string
  readonly link?: string
}

/**
 * An incident as every channel for people shows it. All texts are one line without control characters, no longer than the limits below, and
 * not yet escaped for any markup.
 */
export interface IncidentView {
  /** The state change: `New incident`. */
  readonly change: string
  readonly reason: NotifyReason
  /** The display ID: `INC-3`. */
  readonly id: string
  readonly title: string
  readonly severity: Incident['severity']
  /** From 0 to 100. */
  readonly risk: number
  /** Severity, risk and verdict: `high · risk 62 of 100 · likely malicious`. */
  readonly rating: string
  readonly cause: string
  /** Host, user and addresses by role, and the times, with their labels. */
  readonly facts: readonly { readonly label: string; readonly value: string }[]
  /** The lines that prove it, oldest first: how it began, what succeeded, how it ended. */
  readonly evidence: readonly string[]
  /** The reasons of the verdict; empty when the incident is over. */
  readonly reasons: readonly string[]
  /** The changes since the last message to this receiver; empty in the first one. */
  readonly changes: readonly string[]
  /** The recommended next steps; empty when the incident is over. */
  readonly next: readonly string[]
  /** The incident's page, if `server.public_url` is set. */
  readonly link?: string
  /** The label of the link, by default `Open incident`. */
  readonly linkLabel?: string
  readonly others: readonly OtherIncident[]
  /** The lists below the heading, in place of changes, next steps and other incidents. */
  readonly lists?: readonly TitledList[]
}

interface TitledList {
  readonly title: string
  readonly items: readonly string[]
}

const mostEvidence = 3
const mostReasons = 3
const mostNext = 3
const mostChanges = 5
const mostOthers = 10
const longestTitle = 200
const longestText = 500
const longestLine = 300
const longestFact = 120

const changeOf = ({ incident, reason, previous }: Notification): string => {
  const joined = reason === 'attacker_joined' && previous ? joinedSince(incident, previous.planned) : []
  return joined.length === 0 ? changeLabels[reason] : clip(nameAttackers(joined), longestTitle)
}

const changeLabels: Readonly<Record<NotifyReason, string>> = {
  opened: 'New incident',
  severity_raised: 'Severity raised',
  attacker_joined: 'Another attacker',
  reopened: 'Reopened',
  resolved: 'Resolved',
}

/** Describes an incident for people. Further incidents of the message are listed with one line each. */
export const toIncidentView = (notification: Notification): IncidentView => {
  if (notification.digest) return toDigestView(notification.digest)
  const { incident, reason, others = [], publicUrl, verdict, actions = [], isTest } = notification
  const link = linkTo(incident, publicUrl)
  return {
    change: isTest ? 'Test message' : changeOf(notification),
    reason,
    id: incident.display_id,
    title: clip(incident.title, longestTitle) || incident.display_id,
    severity: incident.severity,
    risk: incident.risk_score,
    rating: [
      incident.severity,
      `risk ${incident.risk_score} of 100`,
      ...(verdict === undefined ? [] : [verdict.replaceAll('_', ' ')]),
    ].join(' · '),
    // Receivers reject empty texts.
    cause: clip(incident.reason, longestText) || incident.display_id,
    facts: factsOf(incident),
    evidence: linesOf(tellingEvidence(incident.evidence, mostEvidence).map(shownLine)),
    reasons:
      reason === 'resolved'
        ? []
        : linesOf(incident.verdict_reasons ?? [])
            .slice(0, mostReasons)
            .map(capitalize),
    changes: changesOf(notification),
    next: reason === 'resolved' ? [] : linesOf(actions).slice(0, mostNext),
    ...(link !== undefined && { link }),
    others: others.slice(0, mostOthers).map((other) => {
      const otherLink = linkTo(other, publicUrl)
      return {
        id: other.display_id,
        severity: other.severity,
        title: clip(other.title, longestTitle),
        ...(otherLink !== undefined && { link: otherLink }),
      }
    }),
  }
}

/** Shows a digest in the form of messages about incidents, which every channel renders. */
const toDigestView = ({ name, days, summary, sections, link }: DigestPage): IncidentView => ({
  change: name,
  reason: 'opened',
  id: '',
  title: days,
  severity: 'info',
  risk: 0,
  rating: days,
  cause: summary,
  facts: [],
  evidence: [],
  reasons: [],
  changes: [],
  next: [],
  ...(link !== undefined && { link, linkLabel: 'Open Vedette' }),
  others: [],
  lists: sections.map(({ title, rows }) => ({
    title,
    items: rows.map(({ id, severity, text, note }) => {
      const mark = id === undefined ? '' : `${id}${severity === undefined ? '' : ` (${severity})`}: `
      return `${mark}${text}${note === undefined ? '' : ` (${note})`}`
    }),
  })),
})

/** The heading of a message: `New incident INC-3: SSH brute force on web-01`. */
export const messageHeading = ({ change, id, title }: Pick<IncidentView, 'change' | 'id' | 'title'>): string =>
  `${[change, id].filter((part) => part !== '').join(' ')}: ${title}`

/** The parts below the heading that are lists, each with its title; empty ones are left out. */
export const listsOf = ({ reasons, changes, next, others, lists }: IncidentView): readonly TitledList[] =>
  (
    lists ?? [
      { title: 'Reasons', items: reasons },
      { title: 'Since the last message', items: changes },
      { title: 'Next steps', items: next },
      {
        title: 'Also in this message',
        items: others.map(({ id, severity, title }) => `${id} (${severity}): ${title}`),
      },
    ]
  ).filter(({ items }) => items.length > 0)

/** The label of the link of a message. */
export const linkLabelOf = ({ linkLabel = 'Open incident' }: IncidentView): string => linkLabel

const linkTo = ({ display_id }: Incident, publicUrl: string | undefined): string | undefined =>
  publicUrl === undefined ? undefined : `${publicUrl.replace(/\/+$/, '')}/incidents/${encodeURIComponent(display_id)}`

const factsOf = (incident: Incident): IncidentView['facts'] => {
  const named = (type: 'host' | 'user', label: string) => {
    const values = incident.entities
      .filter((entity) => entity.type === type)
      .map(({ value }) => clip(value, longestFact))
    const [first, ...more] = values.filter((value) => value !== '')
    if (first === undefined) return []
    return [{ label, value: more.length === 0 ? first : `${first} and ${more.length} more` }]
  }
  const roles = labelledRoles(incident.address_roles)
  // In an inbound attack the attacker is the source. Do not list the same addresses twice.
  const attacker = roles.find(({ role }) => role === 'attacker')
  const isRepeated = (role: string, value: string) => role !== 'attacker' && value === attacker?.value
  const addresses = roles.filter(({ role, value }) => !isRepeated(role, value))
  return [
    ...named('host', 'Host'),
    ...named('user', 'User'),
    ...addresses.map(({ role, label, value }) => ({
      label: role === 'attacker' ? attackerLabel(roles, value) : label,
      value: clip(value, longestFact),
    })),
    ...(incident.assignee === null ? [] : [{ label: 'Assigned to', value: clip(incident.assignee, longestFact) }]),
    { label: 'Since', value: formatTime(incident.first_seen) },
    { label: 'Last seen', value: formatTime(incident.last_seen) },
    { label: 'Events', value: String(incident.event_count) },
  ]
}

/** Says at which end of the connections the attacker is: `Attacker (source)`. */
const attackerLabel = (roles: ReturnType<typeof labelledRoles>, value: string): string => {
  const end = roles.find((one) => (one.role === 'source' || one.role === 'destination') && one.value === value)
  return end ? `Attacker (${end.role})` : 'Attacker'
}

/** Times in UTC, to the minute: `2024-12-10 06:00 UTC`. */
const formatTime = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`

const changesOf = ({ incident, reason, previous }: Notification): string[] => {
  if (!previous) return []
  const added = incident.members.filter(({ added_at }) => Date.parse(added_at) > previous.time).length
  const decisions = incident.timeline.filter(({ kind, time }) => kind === 'change' && Date.parse(time) > previous.time)
  return [
    ...(previous.severity === incident.severity ? [] : [`Severity: ${previous.severity} → ${incident.severity}`]),
    ...(added === 0 ? [] : [added === 1 ? '1 alert was added' : `${added} alerts were added`]),
    ...linesOf(decisions.map(({ text }) => text)).slice(-mostChanges),
    ...(reason === 'resolved' && incident.resolution
      ? [`Resolution: ${incident.resolution.replaceAll('_', ' ')}`]
      : []),
  ]
}

const linesOf = (texts: readonly string[]): readonly string[] =>
  texts.map((text) => clip(text, longestLine)).filter((line) => line !== '')

const capitalize = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

/** Cuts a text to a number of UTF-16 code units, without splitting a character. */
const clip = (text: string, most: number): string => cutText(toPlainLine(text).trim(), most)
