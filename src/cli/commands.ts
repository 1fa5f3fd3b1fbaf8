import type { CommandFile } from './cli.ts'

interface CommandEntry {
  readonly name: string
  readonly usage?: string
  readonly alias?: string
  readonly summary: string
  load(): Promise<CommandFile>
}

/** Every command, in the order of the help. Only the file of the one that was asked for is loaded. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'analyze',
    usage: '[PATH…|-]',
    summary: 'report what is unusual in files, folders or stdin; needs no server',
    load: () => import('./analyze/analyze.ts'),
  },
  { name: 'serve', summary: 'run the server: what `npm start` does', load: () => import('./server/serve.ts') },
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
  { name: 'normalize', summary: 'show how lines are understood', load: () => import('./events/normalize.ts') },
  {
    name: 'templates',
    usage: '[PATH…|-]',
    summary: 'find the kinds of lines in logs; needs no server',
    load: () => import('./templates/templates.ts'),
  },
  {
    name: 'score',
    summary: 'say how odd each row of a file is; needs no server',
    load: () => import('./score/score.ts'),
  },
  {
    name: 'train',
    summary: 'learn what is usual in files of log events; needs no server',
    load: () => import('./score/train.ts'),
  },
  {
    name: 'batch',
    summary: 'judge files of log events as they come; needs no server',
    load: () => import('./score/batch.ts'),
  },
  { name: 'evaluate', summary: 'compare scores with your labels', load: () => import('./score/evaluate.ts') },
  { name: 'search', usage: 'QUERY', summary: 'find events', load: () => import('./events/search.ts') },
  { name: 'incidents', summary: 'list, show and decide incidents', load: () => import('./alerts/incidents.ts') },
  {
    name: 'alerts',
    summary: 'list, show and decide alerts; send those of other systems',
    load: () => import('./alerts/alerts.ts'),
  },
  { name: 'actions', summary: 'what to do about incidents, and doing it', load: () => import('./alerts/actions.ts') },
  { name: 'triage', summary: 'try other weights, and review verdicts', load: () => import('./triage/triage.ts') },
  { name: 'prompts', summary: 'try what language models are asked with', load: () => import('./triage/prompts.ts') },
  { name: 'detections', summary: 'list what detectors saw', load: () => import('./events/detections.ts') },
  {
    name: 'suppressions',
    alias: 'normal',
    summary: 'say what is normal, and see what that hides',
    load: () => import('./alerts/suppressions.ts'),
  },
  {
    name: 'assets',
    summary: 'import what is yours, and how much it matters',
    load: () => import('./inventory/assets.ts'),
  },
  { name: 'users', summary: 'import whom alerts may be about', load: () => import('./inventory/users.ts') },
  {
    name: 'intel',
    summary: 'who tells of bad addresses and files, and what is known',
    load: () => import('./intel/intel.ts'),
  },
  {
    name: 'anomaly-test',
    usage: '[AGENT]',
    summary: 'say what network agents would have found',
    load: () => import('./network-agents/anomaly-test.ts'),
  },
  { name: 'sigma', summary: 'try rules, and keep them in order', load: () => import('./sigma/sigma.ts') },
  { name: 'sources', summary: 'how well each source is understood', load: () => import('./events/sources.ts') },
  { name: 'samples', summary: 'the recorded week: load and remove it', load: () => import('./events/samples.ts') },
  {
    name: 'dead-letters',
    summary: 'jobs set aside after their last try',
    load: () => import('./events/dead-letters.ts'),
  },
  { name: 'mcp', summary: 'speak with AI tools over MCP', load: () => import('./mcp/mcp.ts') },
  {
    name: 'audit',
    summary: 'who did what, and whether that was tampered with',
    load: () => import('./access/audit.ts'),
  },
  { name: 'account', summary: 'who may sign in, and as what', load: () => import('./access/account.ts') },
  { name: 'token', summary: 'create, list and revoke tokens', load: () => import('./access/token.ts') },
  { name: 'config', summary: 'check, print and explain the configuration', load: () => import('./server/config.ts') },
  { name: 'doctor', summary: 'what is wrong here, and what to do', load: () => import('./server/doctor.ts') },
  {
    name: 'backup',
    usage: 'FILE',
    summary: 'write the database, rules, models and settings to one archive',
    load: () => import('./storage/backup.ts'),
  },
  {
    name: 'restore',
    usage: 'FILE',
    summary: 'restore a backup, or prove that it can be restored',
    load: () => import('./storage/restore.ts'),
  },
  {
    name: 'compact',
    summary: 'make the database file as small as its contents; no server may run',
    load: () => import('./storage/compact.ts'),
  },
  { name: 'completion', usage: 'bash|zsh', summary: 'print shell completion', load: () => import('./completion.ts') },
]
