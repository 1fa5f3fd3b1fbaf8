import type { Alert } from '../../schema/alert.ts'
import type { Entity } from '../../schema/detection.ts'
import { wentThrough } from './verdict.ts'

/** What a person may do about an alert: few, the most urgent first. Text only; nothing is ever carried out. */
export const recommendedActions = (alert: Alert): string[] => {
  const named = (type: Entity['type'], many: string): string => {
    const values = alert.entities.filter((entity) => entity.type === type).map(({ value }) => value)
    if (values.length === 0) return many
    return values.length > 3 ? `${values.slice(0, 3).join(', ')} and ${values.length - 3} more` : values.join(', ')
  }
  const address = named('ip', 'the address')
  const host = named('host', 'the host')
  const user = named('user', 'the account')

  switch (alert.type) {
    case 'brute_force':
      return wentThrough(alert)
        ? [
            'Ask the owner of the account that got in whether it was them; if not, lock it and end its sessions.',
            `Read what was done on ${host} after that login.`,
            `Block ${address}, or let only known networks log in.`,
          ]
        : [
            `Block ${address}, or let only known networks log in.`,
            `Check that nobody got in on ${host}, and that passwords alone do not suffice.`,
          ]
    case 'unauthorized_access':
      return [
        `Ask the owner of ${user} whether it was them; if not, lock the account and end its sessions.`,
        `Read what was done on ${host} afterwards.`,
      ]
    case 'malware':
      return [
        `Take ${host} off the network, and leave it running for a look at its memory.`,
        'Look for the same file or process on other hosts.',
      ]
    case 'phishing':
      return [
        `Reset the password of ${user} and end all sessions if a link was followed.`,
        'Remove the message from other mailboxes.',
      ]
    case 'data_exfiltration':
      return [
        `Stop the transfer to ${address}, and find out what was sent.`,
        `Lock ${user} until its owner has been heard.`,
      ]
    case 'ddos':
      return [`Limit or drop the traffic from ${address}.`, `Watch whether ${named('service', host)} still answers.`]
    case 'policy_violation':
      return [`Talk to the owner of ${user} about what the rule asks for.`]
    case 'anomaly':
    case 'other':
      return [
        `Read the lines around it on ${named('service', 'the service')}, ${host}, and look for what changed just before.`,
        'If it is expected, say that this is normal, so that it is not shown again.',
      ]
  }
}
