import type { Alert } from '../../schema/alert.ts'
import { showsBreakIn } from '../../schema/telling-evidence.ts'
import type { RecommendedAction } from '../../schema/triage-result.ts'
import { hostsOf, listed, valuesOf } from './named.ts'
import { wentThrough } from './verdict.ts'

type Priority = RecommendedAction['priority']

const act =
  (type: RecommendedAction['type'], reversible: boolean) =>
  (action: string, priority: Priority): RecommendedAction => ({ action, priority, type, reversible })

const contain = act('containment', true)
const look = act('investigation', true)
const repair = act('remediation', false)

const priorities: readonly Priority[] = ['critical', 'high', 'medium', 'low']

/** Suggests actions for an alert: few, the most urgent first, with the names it is about. Text only; nothing is executed. */
export const recommendedActions = (alert: Alert): RecommendedAction[] =>
  actionsFor(alert).sort((a, b) => priorities.indexOf(a.priority) - priorities.indexOf(b.priority))

const actionsFor = (alert: Alert): RecommendedAction[] => {
  const attackers = (alert.address_roles?.attacker ?? []).map(({ ip }) => ip)
  const address = listed(attackers, 'the attacking address')
  const host = listed(hostsOf(alert), 'the host')
  const user = listed(valuesOf(alert, 'user'), 'the account')
  const service = listed(valuesOf(alert, 'service'), host === 'the host' ? 'the service' : host)
  const artefacts = [...valuesOf(alert, 'hash'), ...valuesOf(alert, 'file')]
  const links = [...valuesOf(alert, 'url'), ...valuesOf(alert, 'domain')]

  switch (alert.type) {
    case 'brute_force':
      return wentThrough(alert)
        ? [
            contain(
              `Ask the owner of ${whoGotIn(alert)} whether it was them; if not, lock it and end its sessions.`,
              'critical',
            ),
            look(`Read what was done on ${host} after that login: commands, new keys, new accounts.`, 'high'),
            contain(`Block ${address}, or let only known networks log in to ${host}.`, 'medium'),
          ]
        : [
            contain(`Block ${address}, or let only known networks log in to ${host}.`, 'medium'),
            look(`Check that nobody got in on ${host}, and that passwords alone do not suffice.`, 'medium'),
          ]
    case 'unauthorized_access':
      return [
        contain(`Ask the owner of ${user} whether it was them; if not, lock the account and end its sessions.`, 'high'),
        look(`Read what ${user} did on ${host} afterwards.`, 'high'),
        ...(attackers.length > 0 ? [contain(`Block ${address} if nobody vouches for it.`, 'medium')] : []),
      ]
    case 'malware':
      return [
        contain(`Take ${host} off the network, and leave it running for a look at its memory.`, 'critical'),
        look(`Look for ${listed(artefacts, 'the same file or process')} on other hosts.`, 'high'),
        ...(links.length + attackers.length > 0
          ? [contain(`Block ${listed([...links, ...attackers], '')} at the edge.`, 'high')]
          : []),
        repair(`Set ${host} up anew, or restore it from before ${alert.first_seen.slice(0, 16)} UTC.`, 'medium'),
      ]
    case 'phishing':
      return [
        repair(`Reset the password of ${user} and end all sessions if the link was followed.`, 'high'),
        ...(links.length > 0 ? [contain(`Block ${listed(links, '')} for everybody.`, 'high')] : []),
        repair('Remove the message from all mailboxes.', 'medium'),
      ]
    case 'data_exfiltration':
      return [
        contain(`Stop the transfer from ${host} to ${listed([...links, ...attackers], 'the outside')}.`, 'critical'),
        contain(`Lock ${user} until its owner has been heard.`, 'high'),
        look(`Find out what left ${host}, how much, and whose data it is.`, 'high'),
      ]
    case 'ddos':
      // A host can also be overloaded by its own programs.
      return [
        attackers.length > 0
          ? contain(`Limit or drop the traffic from ${address}.`, 'high')
          : look(`Find out what ${host} ran short of, and which program used it up.`, 'high'),
        look(`Watch whether ${service} still answers.`, 'high'),
      ]
    case 'policy_violation':
      return [look(`Talk to the owner of ${user} about what the rule asks for.`, 'medium')]
    case 'anomaly':
    case 'other':
      return [
        look(`Read the lines around it on ${around(alert)}, and look for what changed just before.`, 'medium'),
        look('If it is expected, say that this is normal, so that it is not shown again.', 'low'),
      ]
  }
}

/** Returns the accounts in the evidence of the break-in. */
const whoGotIn = (alert: Alert): string => {
  const lines = alert.evidence.filter(showsBreakIn).map(({ line }) => line)
  const named = valuesOf(alert, 'user').filter((user) => lines.some((line) => line.includes(user)))
  return listed(named, 'the account that got in')
}

const around = (alert: Alert): string =>
  listed([...valuesOf(alert, 'service').slice(0, 1), ...hostsOf(alert).slice(0, 1)], alert.source)
