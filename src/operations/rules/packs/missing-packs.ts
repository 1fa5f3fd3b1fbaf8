import { isWithinLogsource } from '../../../lib/sigma/read/read-logsource.ts'
import type { EventKind } from '../../../lib/sigma/sigma.ts'
import type { RuleBook } from '../../../pipeline/detect/sigma/rule-book.ts'
import type { MissingRulePack } from '../../../schema/rule/rule-pack.ts'

const archive = 'sigma_all_rules.zip'

/**
 * The products with rules in SigmaHQ's releases. Languages and frameworks (jvm, django, …) are excluded: their log sources are wide, so
 * that a file name such as `java.conf` counts, and SigmaHQ has only a few rules for each.
 */
export const productsOfSigmaHq: readonly string[] = [
  'aws',
  'azure',
  'bitbucket',
  'cisco',
  'fortigate',
  'fortios',
  'gcp',
  'github',
  'huawei',
  'juniper',
  'kubernetes',
  'linux',
  'm365',
  'macos',
  'okta',
  'onelogin',
  'opencanary',
  'paloalto',
  'qualys',
  'rpc_firewall',
  'windows',
  'zeek',
]

/** The products that the bundled rules are about. */
export const productsOfBundled: readonly string[] = [
  'aws',
  'azure',
  'gcp',
  'github',
  'gitlab',
  'keycloak',
  'kubernetes',
  'linux',
  'm365',
  'modsecurity',
  'okta',
  'windows',
]

/**
 * Finds the products with events that no active rule covers, and for which a rule pack exists. A product is covered if a rule applies to
 * some of its events, whether the rule names the product or only the category.
 */
export const findMissingPacks = (
  kinds: readonly Pick<EventKind, 'logsources'>[],
  { documents }: Pick<RuleBook, 'documents'>,
): readonly MissingRulePack[] => {
  const wanted = documents.flatMap((document) => (document.type === 'rule' ? document.logsource : []))
  const covered = new Map<string, boolean>()
  for (const { logsources } of kinds) {
    const isCovered = logsources.some((one) => wanted.some((logsource) => isWithinLogsource(one, logsource)))
    for (const { product } of logsources)
      if (product !== undefined) covered.set(product, isCovered || covered.get(product) === true)
  }
  return [...covered].flatMap(([product, isCovered]) => (isCovered ? [] : (packFor(product) ?? []))).sort(byProduct)
}

const byProduct = (a: MissingRulePack, b: MissingRulePack): number => (a.product < b.product ? -1 : 1)

const packFor = (product: string): MissingRulePack | undefined => {
  const reason = `Events of ${product} arrive, but no enabled rule is about them.`
  if (productsOfBundled.includes(product)) {
    return {
      product,
      pack: 'bundled',
      reason: `${reason} The bundled rules would be; rules.enabled, rules.min_status or their own settings disable them.`,
      commands: [`vedette sigma list --product ${product}`],
    }
  }
  if (!productsOfSigmaHq.includes(product)) return undefined
  return {
    product,
    pack: 'sigmahq',
    reason: `${reason} SigmaHQ has such rules.`,
    commands: [
      `curl -LO https://github.com/SigmaHQ/sigma/releases/latest/download/${archive}`,
      `vedette sigma import ${archive} --name sigmahq`,
    ],
  }
}
