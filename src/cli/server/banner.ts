import { commandName } from '../../command-name.ts'
import type { LoadedConfig } from '../../config.ts'

interface BannerFacts {
  readonly version: string
  readonly address: string
  readonly dataDir: string
  readonly isNew: boolean
  /** Only on the first start: the token is never shown again. */
  readonly adminToken: string | undefined
  readonly signInKey: string
  readonly receivers: readonly string[]
  readonly sources: readonly string[]
  /** The older systems whose variables are set. */
  readonly recognized: LoadedConfig['recognized']
  /** One line for each open port of an older system. */
  readonly compat: readonly string[]
}

/** Renders the start banner: the address, how to sign in, how to send logs. */
export const banner = (facts: BannerFacts): string => {
  const { version, address, dataDir, isNew, adminToken, signInKey, receivers, sources, recognized, compat } = facts
  const command = commandName()
  const lines: [mark: string, name: string, text: string][] = [['✔', 'data', `${dataDir}${isNew ? ' (new)' : ''}`]]
  if (adminToken) {
    lines.push([
      '✔',
      'token',
      `${adminToken}\n${indent}shown once, stored as a hash; create others with ${command} token create`,
    ])
  }
  if (sources.length > 0) lines.push(['✔', 'sources', sources.join(', ')])
  if (recognized.length > 0) lines.push(['✔', 'variables', recognized.map(variablesOf).join(`\n${indent}`)])
  if (compat.length > 0) lines.push(['!', 'compat', compat.join(`\n${indent}`)])
  lines.push(['▸', 'open', `${address}/#k=${signInKey}\n${indent}one-time sign-in link, valid for 10 minutes`])
  lines.push([' ', 'docs', `${address}/docs      health  ${address}/health/ready`])
  lines.push([
    ' ',
    'add logs',
    [`${command} ingest FILE…`, `journalctl -o json | ${command} ingest -`, `${command} watch /var/log`].join(
      `\n${indent}`,
    ),
  ])
  lines.push([
    ' ',
    'notify',
    receivers.length > 0 ? receivers.join(', ') : 'no receivers; add a webhook under `notify:` in vedette.yaml',
  ])
  return [
    '',
    `  vedette ${version}`,
    ...lines.map(([mark, name, text]) => `  ${mark} ${name.padEnd(10)}${text}`),
    '',
    '  No data leaves this machine unless you configure it. Press Ctrl-C to stop.',
    '',
  ].join('\n')
}

const variablesOf = ({ name, effective, unused }: LoadedConfig['recognized'][number]): string => {
  const none = unused.length > 0 ? `no effect: ${unused.join(', ')}; see ${commandName()} config explain NAME` : ''
  return `${name}: ${[effective.join(', '), none].filter((part) => part !== '').join('; ')}`
}

const indent = ' '.repeat(14)
