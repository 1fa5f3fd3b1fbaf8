import { readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../config.ts'
import { auditCheckpointFile } from '../operations/audit/audit-checkpoint.ts'
import { modelFile } from '../operations/models/log-model-file.ts'
import { importsFolder } from '../operations/rules/rule-folders.ts'
import type { BackupPart } from '../operations/storage/backup-manifest.ts'

/** Files outside of the database that make the product what it is: how an archive names them, and where they are. */
export type Part = Pick<BackupPart, 'name' | 'key' | 'path'>

/** Everything the program keeps in its data folder beside the database. */
export const dataParts = (config: Pick<Config, 'data_dir'>): readonly Part[] =>
  [importsFolder(config), auditCheckpointFile(config.data_dir)].map((path) => ({
    name: `data/${basename(path)}`,
    key: 'data_dir',
    path,
  }))

/** Every file and folder that belongs into a backup beside the database. */
export const backupParts = (config: Config): readonly Part[] => {
  const { rules, networks, network_agents, remediation, triage, intel } = config
  const listed = (key: string, paths: readonly (string | undefined)[]): readonly Part[] =>
    paths.flatMap((path, index) =>
      path === undefined ? [] : [{ name: `paths/${key}/${index}/${basename(path)}`, key, path }],
    )
  return [
    ...dataParts(config),
    ...listed('rules.paths', rules.paths),
    ...listed('rules.taxonomy', rules.taxonomy),
    ...listed('network_agents.paths', network_agents.paths),
    ...listed('remediation.playbooks', remediation.playbooks),
    ...listed('triage.llm.prompts', triage.llm.prompts),
    ...listed('networks.benign', networks.benign),
    ...listed('networks.cloud', networks.cloud),
    ...listed('networks.country_database', [networks.country_database]),
    ...listed('networks.asn_database', [networks.asn_database]),
    ...listed(
      'intel.feeds',
      intel.feeds.map(({ url }) => localFile(url)),
    ),
    ...logModels(config.log_detection),
  ]
}

/** The configuration, with everything that a backup has at the places where it was unpacked. */
export const configAt = (config: Config, parts: readonly Part[], placeOf: (name: string) => string): Config => {
  const placesOf = (wanted: string) => parts.filter(({ key }) => key === wanted).map(({ name }) => placeOf(name))
  const [country_database] = placesOf('networks.country_database')
  const [asn_database] = placesOf('networks.asn_database')
  const { country_database: _country, asn_database: _asn, ...networks } = config.networks
  return {
    ...config,
    data_dir: dirname(placeOf('data/rules')),
    rules: { ...config.rules, paths: placesOf('rules.paths'), taxonomy: placesOf('rules.taxonomy') },
    network_agents: { ...config.network_agents, paths: placesOf('network_agents.paths') },
    remediation: { ...config.remediation, playbooks: placesOf('remediation.playbooks') },
    triage: { ...config.triage, llm: { ...config.triage.llm, prompts: placesOf('triage.llm.prompts') } },
    networks: {
      ...networks,
      benign: placesOf('networks.benign'),
      cloud: placesOf('networks.cloud'),
      ...(country_database !== undefined && { country_database }),
      ...(asn_database !== undefined && { asn_database }),
    },
  }
}

/** The models that can be loaded: the configured one, and those in the folders beside it. */
const logModels = ({ model_dir, root }: Config['log_detection']): readonly Part[] => {
  const configured = join(resolve(model_dir), modelFile)
  const below = root === undefined ? dirname(resolve(model_dir)) : resolve(root)
  const others = foldersIn(below)
    .map((name) => join(below, name, modelFile))
    .filter((path) => path !== configured)
  return [
    { name: `paths/log_detection.model_dir/${modelFile}`, key: 'log_detection.model_dir', path: configured },
    ...others.map((path) => ({
      name: `paths/log_detection.root/${basename(dirname(path))}/${modelFile}`,
      key: 'log_detection.root',
      path,
    })),
  ]
}

const foldersIn = (path: string): readonly string[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
  } catch {
    // Without the folder there are no models beside the configured one.
    return []
  }
}

const localFile = (url: unknown): string | undefined =>
  typeof url === 'string' && URL.canParse(url) && new URL(url).protocol === 'file:' ? fileURLToPath(url) : undefined

/** The places, in the configuration at hand, of the parts of an archive; undefined where a setting names no such place. */
export const placeOf = ({ name, key, path }: Part, config: Config): string | undefined => {
  const here = backupParts(config).filter((part) => part.key === key)
  const same = here.find((part) => part.name === name) ?? here.find((part) => part.path === path)
  if (same) return same.path
  if (key === 'log_detection.root') {
    const { model_dir, root } = config.log_detection
    return join(root === undefined ? dirname(resolve(model_dir)) : resolve(root), ...name.split('/').slice(-2))
  }
  const [, , index] = name.split('/')
  return here.find((part) => part.name.split('/')[2] === index)?.path
}
