import type { CommandFile } from './cli.ts'

interface CommandEntry {
  readonly name: string
  readonly usage?: string
  readonly alias?: string
  readonly summary: string
  load(): Promise<CommandFile>
}

/** Every command, in the order of the help. Only the module of the requested command is loaded. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'analyze',
    usage: '[PATH…|-]',
    summary: 'report unusual activity in files, folders or stdin; needs no server',
    load: () => import('./analyze/analyze.ts'),
  },
  { name: 'serve', summary: 'run the server, as `npm start` does', load: () => import('./server/serve.ts') },
  {
    name: 'worker',
    summary: 'process topics of a shared database, without API and dashboard',
    load: () => import('./server/worker.ts'),
  },
  {
    name: 'watch',
    usage: 'PATH…',
    summary: 'run the server and follow files',
    load: () => import('./server/watch.ts'),
  },
  {
    name: 'ingest',
    usage: 'PATH…|-',
    summary: 'send lines to a running server',
    load: () => import('./events/ingest.ts'),
  },
  { name: 'normalize', summary: 'show how lines are parsed', load: () => import('./events/normalize.ts') },
  {
    name: 'templates',
    usage: '[PATH…|-]',
    summary: 'list the log templates in files; needs no server',
    load: () => import('./templates/templates.ts'),
  },
  {
    name: 'score',
    summary: 'score rows, series, sessions or log lines; needs no server',
    load: () => import('./score/score.ts'),
  },
  {
    name: 'train',
    summary: 'train a model on files of log events; needs no server',
    load: () => import('./score/train.ts'),
  },
  {
    name: 'batch',
    summary: 'score new files of log events with a model; needs no server',
    load: () => import('./score/batch.ts'),
  },
  { name: 'evaluate', summary: 'measure scores against your labels', load: () => import('./score/evaluate.ts') },
  { name: 'search', usage: 'QUERY', summary: 'search events', load: () => import('./events/search.ts') },
  { name: 'incidents', summary: 'list, show, assign and close incidents', load: () => import('./alerts/incidents.ts') },
  {
    name: 'alerts',
    summary: 'list, show, assign and close alerts; send alerts from other systems',
    load: () => import('./alerts/alerts.ts'),
  },
  { name: 'actions', summary: 'list, propose and run response actions', load: () => import('./alerts/actions.ts') },
  { name: 'triage', summary: 'preview risk weights and review verdicts', load: () => import('./triage/triage.ts') },
  { name: 'prompts', summary: 'test prompts for language models', load: () => import('./triage/prompts.ts') },
  { name: 'detections', summary: 'list detections', load: () => import('./events/detections.ts') },
  {
    name: 'suppressions',
    alias: 'normal',
    summary: 'manage suppressions and preview what they would suppress',
    load: () => import('./alerts/suppressions.ts'),
  },
  {
    name: 'assets',
    summary: 'import and list assets and their criticality',
    load: () => import('./inventory/assets.ts'),
  },
  {
    name: 'users',
    summary: 'import and list users that alerts can refer to',
    load: () => import('./inventory/users.ts'),
  },
  {
    name: 'intel',
    summary: 'manage threat intelligence feeds, lists and indicators',
    load: () => import('./intel/intel.ts'),
  },
  {
    name: 'anomaly-test',
    usage: '[AGENT]',
    summary: 'show what network agents would have found',
    load: () => import('./network-agents/anomaly-test.ts'),
  },
  { name: 'sigma', summary: 'test, import and manage Sigma rules', load: () => import('./sigma/sigma.ts') },
  {
    name: 'sources',
    summary: 'list sources and how well their lines are parsed',
    load: () => import('./events/sources.ts'),
  },
  { name: 'samples', summary: 'load or remove the sample data', load: () => import('./events/samples.ts') },
  {
    name: 'dead-letters',
    summary: 'list and retry dead-lettered jobs',
    load: () => import('./events/dead-letters.ts'),
  },
  {
    name: 'notify',
    summary: 'send test messages to receivers and preview messages',
    load: () => import('./alerts/notify.ts'),
  },
  { name: 'digest', summary: 'print or send the summary of a day or a week', load: () => import('./alerts/digest.ts') },
  { name: 'mcp', summary: 'run an MCP server for AI tools', load: () => import('./mcp/mcp.ts') },
  {
    name: 'audit',
    summary: 'show the audit log and verify that nobody changed it',
    load: () => import('./access/audit.ts'),
  },
  { name: 'account', summary: 'manage user accounts and their roles', load: () => import('./access/account.ts') },
  { name: 'token', summary: 'create, list and revoke tokens', load: () => import('./access/token.ts') },
  { name: 'config', summary: 'check, print and explain the configuration', load: () => import('./server/config.ts') },
  { name: 'doctor', summary: 'check this installation for problems', load: () => import('./server/doctor.ts') },
  {
    name: 'adopt',
    usage: 'SOURCE',
    summary: 'take over the data and the settings of an older system; the server must be stopped',
    load: () => import('./adoption/adopt.ts'),
  },
  {
    name: 'backup',
    usage: 'FILE',
    summary: 'back up the database, rules, models and settings to one archive',
    load: () => import('./storage/backup.ts'),
  },
  {
    name: 'restore',
    usage: 'FILE',
    summary: 'restore a backup, or verify that it can be restored',
    load: () => import('./storage/restore.ts'),
  },
  {
    name: 'compact',
    summary: 'shrink the database file; the server must be stopped',
    load: () => import('./storage/compact.ts'),
  },
  { name: 'completion', usage: 'bash|zsh', summary: 'print shell completion', load: () => import('./completion.ts') },
]
