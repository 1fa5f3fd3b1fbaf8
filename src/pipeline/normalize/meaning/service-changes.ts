import type { Meaning } from './meaning.ts'

export const startedService: Meaning = {
  category: 'process',
  action: 'service_started',
  outcome: 'success',
  stems: [
    'server started',
    'service started',
    'application started',
    'started successfully',
    'ready to accept',
    'ready for connections',
    'server startup',
    'startup complete',
    'dienst gestartet',
  ],
  says: [
    '(?:server|service|application|daemon)(?: \\S{1,64})? (?:has |was |is )?started(?: successfully)?(?![a-z])',
    'started successfully|(?:server )?startup (?:in \\d|complete)|ready (?:to accept|for) connections|dienst gestartet',
  ],
  unless: [
    "(?<![a-z])(?:not|never|n't|cannot|failed|unable|could|if|when|before|after|until|being)(?![a-z])",
    'fail|error|health',
  ],
  needsEntity: false,
  matches: [
    'Server started on port 8080',
    'mysqld: ready for connections.',
    'Server startup in 4711 ms',
    'Application started successfully',
  ],
  ignores: ['The server could not be started', 'server started failing', 'Restart when the service started'],
}

export const crashedService: Meaning = {
  category: 'process',
  action: 'service_crashed',
  outcome: 'failure',
  stems: [
    'crashed',
    'uncaught exception',
    'unhandled exception',
    'unhandled rejection',
    'terminated unexpectedly',
    'exited unexpectedly',
    'died unexpectedly',
    'abgest',
    'plant',
  ],
  says: [
    '(?:server|service|application|daemon|process|worker|program)[^;|\\n]{0,60}(?<![a-z])crashed(?![a-z])',
    '(?:terminated|exited|died) unexpectedly',
    '(?:uncaught|unhandled) (?:exception|rejection)',
    'dienst [^;|\\n]{0,40}abgest[uü]rzt|service [^;|\\n]{0,40}a plant[eé]',
  ],
  unless: [
    "(?<![a-z])(?:not|never|no|n't|if|when|0)(?: \\w+){0,2} (?:crashed|uncaught|unhandled|terminated|exited|died)",
  ],
  needsEntity: false,
  matches: [
    'Worker 7 crashed with code 139',
    'process nginx terminated unexpectedly',
    'Uncaught exception: null',
    'Dienst web ist abgestürzt',
  ],
  ignores: ['no worker crashed', 'the crash reporter started', 'If the process crashed before, its data is restored'],
}
