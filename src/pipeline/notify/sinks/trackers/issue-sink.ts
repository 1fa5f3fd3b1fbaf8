import { isOpenIncident } from '../../../../schema/incident/incident.ts'
import { type IncidentView, messageHeading, toIncidentView } from '../../incident-view.ts'
import { type Notification, type Sink, splitNotification } from '../../sink.ts'

/** A comment about a change since the last message. */
export interface IssueComment {
  readonly heading: string
  readonly lines: readonly string[]
  /** Identifies the comment, so that a retry does not write it twice. */
  readonly mark: string
}

/** An issue tracker. Texts are not escaped yet. An issue that is gone has no comments. */
export interface IssueTracker {
  /** Finds the issue of an incident among the newest; undefined if there is none. */
  find(notification: Notification, signal: AbortSignal): Promise<string | undefined>
  /** Returns the identifier of the new issue. */
  create(notification: Notification, signal: AbortSignal): Promise<string>
  /** The texts of the newest comments; undefined if the issue is gone. */
  comments(id: string, signal: AbortSignal): Promise<readonly string[] | undefined>
  comment(id: string, comment: IssueComment, signal: AbortSignal): Promise<void>
  /** Closes or reopens an issue, unless it is so already. */
  setOpen(id: string, isOpen: boolean, notification: Notification, signal: AbortSignal): Promise<void>
  /** Renders the issue as `create` would send it. */
  preview(notification: Notification): object
}

/** The text that marks the issue of an incident. */
export const issueMark = ({ incident }: Pick<Notification, 'incident'>): string => `vedette:${incident.id}`

/** The title of an issue. */
export const issueTitle = ({ id, title }: Pick<IncidentView, 'id' | 'title'>): string => `${id}: ${title}`

/**
 * Keeps one issue per incident in a tracker: creates it, comments on changes, closes it when the incident is over and reopens it with the
 * incident. The issue is remembered as the receipt; after a crash before that, it is found by its mark.
 */
export const createIssueSink = (tracker: IssueTracker): Sink => {
  const sendOne = async (notification: Notification, signal: AbortSignal): Promise<void> => {
    const { reason, incident, receipt, keep } = notification
    const isOpen = isOpenIncident(incident)
    const id = receipt ?? (await tracker.find(notification, signal))
    const comments = id === undefined ? undefined : await tracker.comments(id, signal)
    if (id === undefined || !comments) {
      if (!isOpen) return
      const created = await tracker.create(notification, signal)
      keep?.(created)
      return
    }
    keep?.(id)
    // The first message was sent before and only its answer was lost.
    if (reason === 'opened') return
    const comment = toComment(notification)
    if (!comments.some((text) => text.includes(comment.mark))) await tracker.comment(id, comment, signal)
    if (reason === 'resolved' || reason === 'reopened') await tracker.setOpen(id, isOpen, notification, signal)
  }
  return {
    closes: true,
    async send(notification, signal) {
      for (const one of splitNotification(notification)) await sendOne(one, signal)
    },
    preview: (notification) => JSON.stringify(tracker.preview(notification), null, 2),
  }
}

const toComment = (notification: Notification): IssueComment => {
  const view = toIncidentView(notification)
  return { heading: messageHeading(view), lines: view.changes, mark: `vedette:${notification.idempotencyKey}` }
}
