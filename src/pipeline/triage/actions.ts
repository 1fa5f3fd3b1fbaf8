import type { Alert } from '../../schema/alert/alert.ts'
import { showsBreakIn } from '../../schema/detection/telling-evidence.ts'
import type { RecommendedAction } from '../../schema/triage/triage-result.ts'
import { entityValues, hostsOf, joinValues } from './named.ts'
import { attackSucceeded } from './verdict.ts'

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
  const address = joinValues(attackers, 'the attacking address')
  const host = joinValues(hostsOf(alert), 'the host')
  const user = joinValues(entityValues(alert, 'user'), 'the account')
  const service = joinValues(entityValues(alert, 'service'), host === 'the host' ? 'the service' : host)
  const artefacts = [...entityValues(alert, 'hash'), ...entityValues(alert, 'file')]
  const links = [...entityValues(alert, 'url'), ...entityValues(alert, 'domain')]

  switch (alert.type) {
    case 'brute_force':
      return attackSucceeded(alert)
        ? [
            contain(
              `Ask the owner of ${usersLoggedIn(alert)} to confirm the login; otherwise lock the account and end its sessions.`,
              'critical',
            ),
            look(`Review the activity on ${host} after that login: commands, new keys, new accounts.`, 'high'),
            contain(`Block ${address}, or restrict logins to ${host} to known networks.`, 'medium'),
          ]
        : [
            contain(`Block ${address}, or restrict logins to ${host} to known networks.`, 'medium'),
            look(`Check that no login on ${host} succeeded, and require a second factor.`, 'medium'),
          ]
    case 'unauthorized_access':
      return [
        contain(
          `Ask the owner of ${user} to confirm the activity; otherwise lock the account and end its sessions.`,
          'high',
        ),
        look(`Review what ${user} did on ${host} afterwards.`, 'high'),
        ...(attackers.length > 0 ? [contain(`Block ${address} unless it is known to be legitimate.`, 'medium')] : []),
      ]
    case 'malware':
      return [
        contain(`Take ${host} off the network; leave it running for memory forensics.`, 'critical'),
        look(`Look for ${joinValues(artefacts, 'the same file or process')} on other hosts.`, 'high'),
        ...(links.length + attackers.length > 0
          ? [contain(`Block ${joinValues([...links, ...attackers], '')} at the edge.`, 'high')]
          : []),
        repair(`Reinstall ${host}, or restore a backup from before ${alert.first_seen.slice(0, 16)} UTC.`, 'medium'),
      ]
    case 'phishing':
      return [
        repair(`Reset the password of ${user} and end all sessions if the link was followed.`, 'high'),
        ...(links.length > 0 ? [contain(`Block ${joinValues(links, '')} for everybody.`, 'high')] : []),
        repair('Remove the message from all mailboxes.', 'medium'),
      ]
    case 'data_exfiltration':
      return [
        contain(
          `Stop the transfer from ${host} to ${joinValues([...links, ...attackers], 'the external destination')}.`,
          'critical',
        ),
        contain(`Lock ${user} until its owner confirms the activity.`, 'high'),
        look(`Find out which data left ${host}, how much, and who owns it.`, 'high'),
      ]
    case 'ddos':
      // A host can also be overloaded by its own programs.
      return [
        attackers.length > 0
          ? contain(`Limit or drop the traffic from ${address}.`, 'high')
          : look(`Find out which resource ran out on ${host}, and which program used it.`, 'high'),
        look(`Check that ${service} still responds.`, 'high'),
      ]
    case 'policy_violation':
      return [look(`Discuss the policy with the owner of ${user}.`, 'medium')]
    case 'anomaly':
    case 'other':
      return [
        look(`Read the surrounding log lines of ${around(alert)}, and look for a change just before.`, 'medium'),
        look('If this is expected, mark it as normal to suppress it in future.', 'low'),
      ]
  }
}

/** Returns the accounts in the evidence of the break-in. */
const usersLoggedIn = (alert: Alert): string => {
  const lines = alert.evidence.filter(showsBreakIn).map(({ line }) => line)
  const named = entityValues(alert, 'user').filter((user) => lines.some((line) => line.includes(user)))
  return joinValues(named, 'the account that logged in')
}

const around = (alert: Alert): string =>
  joinValues([...entityValues(alert, 'service').slice(0, 1), ...hostsOf(alert).slice(0, 1)], alert.source)
