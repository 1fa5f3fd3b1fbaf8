import { compatSystems } from '../src/compat/systems.fake.ts'
import { compatPromises } from '../test/requirements.ts'

const titles: Readonly<Record<string, string>> = {
  any: 'All of these systems',
  'log-analyzer': 'The log analyser',
  'log-detection': 'The log detection service',
  mcp: 'AI tools over MCP',
  'network-agents': 'The log-agent service',
  'query-guard': 'The query-result plug-in',
  triage: 'The alert triage services',
  'triage-dashboard': 'The dashboard of the triage services',
}

const snippets: Readonly<Record<string, string>> = {
  'network-agents': `What it is set up with, and what its variables mean here, stands in [network-agents.md](network-agents.md).
`,
  'triage-dashboard': `Its page is served by whatever serves it now, a proxy that passes \`/api\` and \`/ws\` on to this port under the page’s own name
(\`Host\`). Make an account for each who signs in: \`vedette account create NAME\`. Not here: its reports, settings and workflow editor; what
it marks as read; \`batch-analyze\`.
`,
  mcp: `On the machine that holds the data (\`claude_desktop_config.json\`, \`.mcp.json\`, \`.cursor/mcp.json\`), with the path of your clone:

\`\`\`json
{ "mcpServers": { "vedette": { "command": "/opt/vedette/vedette", "args": ["mcp"], "env": { "MODEL_DIR": "anomaly_outputs" } } } }
\`\`\`

For a running server (VS Code's \`.vscode/mcp.json\`; [docs/mcp.md](mcp.md) has the words of other clients):

\`\`\`json
{ "servers": { "vedette": { "type": "http", "url": "http://localhost:8787/mcp", "headers": { "Authorization": "Bearer TOKEN" } } } }
\`\`\`

Tools only read, unless \`mcp.allow_write\` or \`--allow-write\` is set and the token may. Log lines come marked as untrusted.
`,
}

/** Writes what clients of older systems may rely on, from the promises that tests keep. */
export const compatibilityReference = (): string => {
  const systems = [...new Set(compatPromises.map(({ id }) => id.split('.')[0] ?? ''))]
  return `# Compatibility

Written by \`npm run reference\` from the promises that tests of the running program keep; do not edit.

Clients of these systems find their addresses on the port of Vedette, with a token. For clients that cannot send one, open the ports they
know: \`VEDETTE_COMPAT_PORTS=all\`, or names, each with a port of your choice: \`log-analyzer:13000,log-detection\`. These ports listen on
loopback unless \`compat.host\` says otherwise, and whoever reaches them may send and read, nothing more; \`network-agents\` and
\`triage-dashboard\` want a token there too, as their clients have one. No port answers pages of other sites, whatever the systems once did; an unknown
address answers 404 as on the main port. Without a token of an analyst, no port answers [personal data](context.md#who-sees-personal-data) of the people directory.

| system | its ports |
|---|---|
${compatSystems.map(({ name, ports }) => `| \`${name}\` | ${ports.join(', ')} |`).join('\n')}

${systems
  .map((system) =>
    [
      `## ${titles[system] ?? system}`,
      '',
      ...(snippets[system] ? [snippets[system]] : []),
      ...compatPromises
        .filter(({ id }) => id.startsWith(`${system}.`))
        .map(({ id, promise }) => `- ${promise} <!-- ${id} -->`),
      '',
    ].join('\n'),
  )
  .join('\n')}`
}
