import { z } from 'zod'
import type { Component, Registry } from '../src/component.ts'
import { settings } from '../src/config/settings.ts'
import type { IntelComponent } from '../src/intel/provider.ts'
import { feedComponents, lookupComponents } from '../src/intel/registry.ts'
import { detectorRegistry } from '../src/pipeline/detect/registry.ts'
import { sourceRegistry } from '../src/pipeline/ingest/registry.ts'
import { sinkRegistry } from '../src/pipeline/notify/registry.ts'

/** Writes the reference of the configuration from the schemas that check it. */
export const configReference = (): string => {
  const sources = sourceRegistry({
    cursors: { read: async () => undefined },
    outages: { began() {}, ended() {} },
    stdin: process.stdin,
    readAlerts: () => [],
  })
  return `# Configuration

Written by \`npm run reference\` from the schemas that check it; do not edit.

A flag wins over the environment, the environment over the file, the file over the default. The file is the first of \`--config FILE\`,
\`VEDETTE_CONFIG\`, \`./vedette.yaml\`, \`$XDG_CONFIG_HOME/vedette/vedette.yaml\`, \`/etc/vedette/vedette.yaml\`. Each variable also has a
form with \`_FILE\`, whose value is read from the file that it names. Unknown keys are errors.

| key | type | default | variables | what it is |
|---|---|---|---|---|
${settings()
  .map(({ key, type, default: fallback, variables, description }) =>
    row(`\`${key}\``, type, code(fallback), variables.map((name) => `\`${name}\``).join(', '), description),
  )
  .join('\n')}

${section('Sources', 'sources', 'Each has a `name`, a `type` and the options of its type.', sources)}
${section('Detectors', 'detectors', 'Each has a `type` and the options of its type; those that are not listed do not judge.', detectorRegistry())}
${section('Feeds', 'intel.feeds', 'Each has a `type`, perhaps a `name` and how often it is pulled (`every`: 12h), and the options of its type.', { components: withLicences(feedComponents) })}
${section('Lookups', 'intel.lookups', 'Each has a `type` and the options of its type. With its key under `intel.api_keys` it need not be listed.', { components: withLicences(lookupComponents) })}
${section('Receivers', 'notify', 'Each has a `name`, a `type`, a `min_severity` (medium) and the options of its type.', sinkRegistry)}`
}

const section = (
  title: string,
  key: string,
  intro: string,
  { components }: Pick<Registry<unknown>, 'components'>,
): string =>
  [
    `## ${title}: \`${key}\``,
    '',
    intro,
    '',
    ...components.flatMap(({ name, summary, options }) => [
      `### \`type: ${name}\``,
      '',
      summary,
      '',
      '| option | type | default | what it is |',
      '|---|---|---|---|',
      ...optionsOf(options).map(([option, type, fallback, what]) => row(`\`${option}\``, type, code(fallback), what)),
      '',
    ]),
  ].join('\n')

const withLicences = (components: readonly IntelComponent[]): readonly Component<z.ZodType, unknown>[] =>
  components.map((component) => ({ ...component, summary: `${component.summary} Terms: ${component.licence}` }))

const shape = z.object({
  properties: z
    .record(
      z.string(),
      z.looseObject({
        type: z.union([z.string(), z.array(z.string())]).optional(),
        enum: z.array(z.unknown()).optional(),
        default: z.unknown().optional(),
        description: z.string().optional(),
      }),
    )
    .default({}),
})

const optionsOf = (options: z.ZodType): [string, string, unknown, string][] =>
  Object.entries(shape.parse(z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' })).properties)
    .filter(([name]) => name !== 'name')
    .map(([name, { type, enum: values, default: fallback, description }]) => [
      name,
      values ? values.join(' \\| ') : String(type ?? 'text'),
      fallback,
      description ?? '',
    ])

const row = (...cells: string[]): string =>
  `| ${cells.map((cell) => cell.replace(/\n/g, ' ').replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`

const code = (value: unknown): string => (value === undefined ? '' : `\`${JSON.stringify(value)}\``)
