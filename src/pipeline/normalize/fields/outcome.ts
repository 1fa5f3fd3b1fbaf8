const words: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ...[
    ...[
      'success',
      'successful',
      'succeeded',
      'succeed',
      'ok',
      'true',
      'yes',
      'accept',
      'accepted',
      'allow',
      'allowed',
      'permit',
    ],
    ...[
      'permitted',
      'pass',
      'passed',
      'granted',
      'grant',
      'completed',
      'authenticated',
      'audit success',
      'audit_success',
      // Salesforce
      'login_no_error',
    ],
  ].map((word) => [word, 'success'] as const),
  ...[
    ...[
      'fail',
      'failed',
      'failure',
      'failures',
      'error',
      'denied',
      'deny',
      'drop',
      'dropped',
      'block',
      'blocked',
      'reject',
      'rejected',
    ],
    ...[
      'refused',
      'unauthorized',
      'forbidden',
      'invalid',
      'no',
      'false',
      'timeout',
      'audit failure',
      'audit_failure',
      'terminated',
    ],
  ].map((word) => [word, 'failure'] as const),
])

/** Maps a result word to ECS's outcome; undefined for other words. */
export const toOutcome = (word: string): 'success' | 'failure' | undefined =>
  word.length > 16 ? undefined : words.get(word.toLowerCase())
