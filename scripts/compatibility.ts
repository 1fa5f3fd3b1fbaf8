import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { compatSystems } from '../src/compat/systems.fake.ts'
import { compatPages } from '../test/requirements.ts'

const notHere = readFileSync(resolve(import.meta.dirname, '../src/compat/not-here.md'), 'utf8')

/** Renders the page on compatibility from the promises in the rooms of the older systems. */
export const compatibilityReference = (): string => `# Compatibility

Written by \`npm run reference\` from the promises that tests of the running program prove; do not edit.

The main port serves the clients of these systems with a token. For clients that cannot send a token, open the ports they use:
\`VEDETTE_COMPAT_PORTS=all\`, or names, each optionally with a port of your choice: \`log-analyzer:13000,log-detection\`. These ports listen on
loopback unless \`compat.host\` sets another address. Anyone who reaches them can send and read, and nothing else; \`network-agents\` and
\`triage-dashboard\` require a token on their ports too. No port accepts requests of other sites, and an unknown address is a 404 as on the
main port. Without a token of an analyst, no port returns [personal data](context.md#who-sees-personal-data) of the user directory.

| system | default ports |
|---|---|
${compatSystems.map(({ name, ports }) => `| \`${name}\` | ${ports.join(', ')} |`).join('\n')}

${compatPages.map((page) => page.replace(/^# /, '## ').replaceAll('../../../docs/', '')).join('\n')}
${notHere}`
