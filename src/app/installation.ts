import { readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { differingKeys } from '../config/compare.ts'
import { printPortable, secretsSet } from '../config/print.ts'
import type { Config, LoadedConfig } from '../config.ts'
import { createContext } from '../context/context.ts'
import { createIntel } from '../intel/create-intel.ts'
import { agentsInForce } from '../operations/agents/read-agents.ts'
import { auditCheckpointFile } from '../operations/audit/audit-checkpoint.ts'
import { modelFile } from '../operations/models/log-model-file.ts'
import { openAndCountRules } from '../operations/rules/count-rules.ts'
import { importsFolder } from '../operations/rules/rule-folders.ts'
import type { Installation, InstallationPart, TrialProgram } from '../operations/storage/installation.ts'
import { createCheckpoint } from '../pipeline/checkpoint.ts'
import { createClock } from '../pipeline/clock.ts'
import { readPlaybooks } from '../pipeline/propose/playbooks.ts'
import { blockLocation } from './block-location.ts'
import { createEventStages } from './event-stages.ts'

/** Describes the configured installation for a backup or a restore. */
export const createInstallation = ({ config, origins }: Pick<LoadedConfig, 'config' | 'origins'>): Installation => ({
  dataDir: config.data_dir,
  storageUrl: config.storage.url,
  blocks: blockLocation(config.storage),
  dataParts: dataParts(config),
  parts: () => partsOf(config),
  placeOf: (part) => placeOf(part, config),
  settings: printPortable(config, origins),
  secrets: secretsSet(config),
  differing: (settings) => differingKeys(settings, printPortable(config, origins)),
  with: (parts, placeOf) => createTrialProgram(configAt(config, parts, placeOf)),
  program: createTrialProgram(config),
})

const createTrialProgram = (config: Config): TrialProgram => ({
  dataDir: config.data_dir,
  openRules: () => openAndCountRules(config),
  async restoreLearners(store, rules, log) {
    const { signal } = new AbortController()
    const now = Date.now
    const context = createContext({ config, store, log })
    await context.refresh()
    await context.refreshNetworks()
    const threats = createIntel({ config, store, runtime: { now, fetch, log, signal } })
    await threats.intel.table.refresh()
    readPlaybooks(config.remediation.playbooks)
    for (let partition = 0; partition < config.partitions; partition += 1) {
      const { learners } = createEventStages({
        config,
        clock: createClock(now),
        rules,
        context: context.tables,
        indicators: threats.intel.table.index,
        agents: agentsInForce(config),
        log,
        signal,
      })
      await createCheckpoint({ learners, partition, models: store.models, interval: 0, now, log }).restore()
    }
  },
})

/** Lists the files and folders in the data folder that belong in a backup. */
const dataParts = (config: Pick<Config, 'data_dir'>): readonly InstallationPart[] =>
  [importsFolder(config), auditCheckpointFile(config.data_dir)].map((path) => ({
    name: `data/${basename(path)}`,
    key: 'data_dir',
    path,
  }))

/** Lists every file and folder that belongs in a backup besides the database. */
const partsOf = (config: Config): readonly InstallationPart[] => {
  const { rules, networks, network_agents, remediation, triage, intel } = config
  const listed = (key: string, paths: readonly (string | undefined)[]): readonly InstallationPart[] =>
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

/** Returns the configuration with the parts of a backup at the places where they were unpacked. */
const configAt = (config: Config, parts: readonly InstallationPart[], placeOf: (name: string) => string): Config => {
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

/** Lists the models that can be loaded: the configured one, and those in the folders beside it. */
const logModels = ({ model_dir, root }: Config['log_detection']): readonly InstallationPart[] => {
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

const placeOf = ({ name, key, path }: InstallationPart, config: Config): string | undefined => {
  const here = partsOf(config).filter((part) => part.key === key)
  const same = here.find((part) => part.name === name) ?? here.find((part) => part.path === path)
  if (same) return same.path
  if (key === 'log_detection.root') {
    const { model_dir, root } = config.log_detection
    return join(root === undefined ? dirname(resolve(model_dir)) : resolve(root), ...name.split('/').slice(-2))
  }
  const [, , index] = name.split('/')
  return here.find((part) => part.name.split('/')[2] === index)?.path
}
