import type { Meaning } from './meaning.ts'

const account =
  '(?:user ?name|user|account|login|konto|benutzer\\w*|compte|utilisateur|cuenta|usuario|usu[aá]rio|conta|utente)'

export const lockedAccount: Meaning = {
  category: 'iam',
  action: 'account_locked',
  outcome: 'success',
  stems: ['locked', 'locking', 'lockout', 'lock out', 'lock-out', 'gesperrt', 'verrouill', 'bloqu', 'bloccat'],
  says: [
    `${account}(?![a-z])[^;|\\n]{0,60}?(?<![a-z])(?:locked(?: out)?|lock(?:ed)?[ -]?out|gesperrt|verrouill[eé]\\w*|bloqu[eé]\\w*|bloquead[oa]|bloccat[oa])(?![a-z])`,
    `(?<![a-z])(?:locked(?: out)?|locking(?: out)?|lock-?out (?:of|for))(?: the| of| for)? ${account}`,
  ],
  unless: [
    "(?<![a-z])(?:not|never|no|un|no longer|n't|nicht|if|when|could|may|will) ?(?:be )?(?:locked|lock)",
    'unlock|entsperrt|lock ?file|(?:table|row|database|mutex|file|page|record|resource|transaction|door|screen) (?:is |was )?locked|locked by',
    '(?<![\\w.])\\d+ (?:accounts?|users?) (?:are |were )?locked',
  ],
  needsEntity: true,
  matches: [
    'Account "kim" has been locked after 5 attempts',
    'User kim@example.com locked out',
    'Benutzerkonto "kim" wurde gesperrt',
    'Le compte "kim" est verrouillé',
    'La cuenta "kim" ha sido bloqueada',
    'locking account user=kim',
    'User kim in security realm r has had 5 invalid login attempts, locking account for 30 minutes',
  ],
  ignores: [
    'Account "kim" has been unlocked',
    'user "kim": table is locked',
    'account "kim" is not locked',
    '0 accounts locked',
    'user=kim waits for the lock file',
  ],
}

export const newAccount: Meaning = {
  category: 'iam',
  action: 'account_created',
  outcome: 'success',
  stems: [
    'created',
    'new user',
    'new account',
    'user added',
    'registered',
    'angelegt',
    'erstellt',
    'creado',
    'criad',
    'utilisateur cr',
  ],
  says: [
    '(?:new )?(?:user|account)(?: account)? ["\'\\[(<]?[\\w.@+-]{1,64}["\'\\])>]? (?:has been |was |is |has |successfully )?(?:created|registered)(?=$|[.,!;:)]| (?:by|with|from|via|successfully|in|at|on)(?![a-z])| \\()',
    '(?:created|registered)(?: a)?(?: new)? (?:user|account)(?: account)?(?:[=: ]|$)',
    'new (?:user|account)(?: account)?(?: (?:created|registered|added))?[=:,]',
    '(?:user|account)[ _.](?:created|added|registered)[=:, ]',
    'benutzer(?:konto)? ["\'\\[(<]?[\\w.@+-]{1,64}["\'\\])>]? (?:wurde |ist )?(?:angelegt|erstellt)',
    'utilisateur ["\'\\[(<]?[\\w.@+-]{1,64}["\'\\])>]? (?:a été )?créé',
    'usu[aá]rio ["\'\\[(<]?[\\w.@+-]{1,64}["\'\\])>]? (?:ha sido |foi )?(?:creado|criado)',
  ],
  unless: [
    "(?<![a-z])(?:not|never|no|n't|could|cannot|failed|unable|will|to be|if|when)(?: \\w+){0,2} (?:created|added|registered|create|add)",
    'fail|error|denied',
    'user ?space|user ?data|user agent|account key|service account token',
  ],
  needsEntity: true,
  matches: [
    'User "kim" was created by admin',
    'created new user: kim',
    'New user registered: user=kim ip=203.0.113.9',
    'user_created user=kim',
    'Account kim was created on host web1.example.org',
    'Benutzer "kim" wurde angelegt',
    'El usuario "kim" ha sido creado',
    'O usuário "kim" foi criado',
  ],
  ignores: [
    'user 12 created order 4711',
    'user "kim" could not be created',
    'session created for user "kim"',
    'user "kim" created 3 files',
    'Failed to create user "kim": user.created=false',
  ],
}

export const changedPrivileges: Meaning = {
  category: 'iam',
  action: 'privileges_changed',
  outcome: 'success',
  stems: ['granted', 'promoted', 'elevated', 'assigned', 'added to', 'role chang', 'role of', 'privilege'],
  says: [
    '(?:granted|assigned|promoted|elevated)[^;|\\n]{0,50}(?<![a-z])(?:admin\\w*|root|superuser|owner|sudo|wheel|privileges?)(?![a-z])',
    'added to (?:the )?(?:group|role|team)?[^;|\\n]{0,20}(?<![a-z])(?:admin\\w*|sudo|wheel|owners?|root|domain admins)(?![a-z])',
    'role (?:of|for)?[^;|\\n]{0,50}changed[^;|\\n]{0,40}to ["\']?(?:admin\\w*|owner|superuser)',
    'privileges? (?:of|for) [^;|\\n]{0,50}(?:changed|raised|elevated)',
  ],
  unless: ["(?<![a-z])(?:not|never|no|n't|cannot|if|when|removed|revoked)(?![a-z])", 'fail|denied|error'],
  needsEntity: true,
  matches: [
    'user "kim" was granted admin rights by root',
    'Role of user "kim" changed from viewer to admin',
    'user=kim added to group administrators',
    'promoted user "kim" to owner',
  ],
  ignores: [
    'lock granted to user "kim"',
    'user "kim" was not granted admin rights',
    'ticket 12 assigned to user "kim"',
    'admin role of user "kim" was revoked, privileges changed',
  ],
}
