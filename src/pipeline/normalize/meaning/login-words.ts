/** Words for a login and the secrets that it takes, in English, German, French, Spanish, Portuguese, Italian, Dutch, Polish and Turkish. */
export const login = [
  'log[ -]?[io]n',
  'logged[ -][io]n',
  'sign[ -]?in',
  '(?:(?<![a-z[])pre-?|(?<![a-z]))auth(?:enti[ck]\\w*|entif\\w*|ori[sz]\\w*|n)?(?![a-z])',
  'credentials?',
  'pass(?:word|wd|phrase|code)s?',
  'user ?names?',
  '(?<![a-z])(?:sasl|2fa|mfa|otp)(?![a-z])',
  'anmeld\\w*',
  'passwort|kennwort|zugangsdaten',
  'connexion|mot de passe|identifiants?',
  'inicio de sesi[oó]n|contrase[nñ]a|autentica\\w*|credencia\\w*',
  'senha|in[ií]cio de sess[aã]o',
  'accesso|credenziali',
  'wachtwoord|aanmelding|inloggen|inlogpoging',
  'logowani\\w*|zalogowa\\w*|oturum a[cç]ma',
].join('|')

/** The same words as stems. */
export const loginStems = [
  ...['login', 'logon', 'log in', 'log on', 'log-in', 'log-on', 'logged', 'signin', 'sign in', 'sign-in'],
  ...['auth', 'credenc', 'credent', 'credenz', 'passw', 'passp', 'passc', 'username', 'user name', 'sasl'],
  ...['anmeld', 'kennwort', 'zugangsdaten', 'connexion', 'mot de passe', 'identifiant'],
  ...['inicio de ses', 'contrase', 'autent', 'senha', 'nicio de sess', 'accesso', 'wachtwoord', 'aanmelding'],
  ...['inlog', 'logowan', 'oturum a'],
]

/** Words for a failure. */
export const failure = [
  'fail\\w*|invalid\\w*|incorrect|wrong|bad|denied|refused|reject\\w*|unsuccessful\\w*|mismatch\\w*',
  'not (?:valid|correct|accepted|match\\w*|recogni[sz]ed|authori[sz]ed|have worked)|\\w{2,5}n.t match',
  'unknown|non-?exist\\w+|no such|cannot|errors?|unauthori[sz]ed|terminated',
  'fehlgeschlagen\\w*|fehlerhaft\\w*|ung[uü]ltig\\w*|falsch\\w*|abgelehnt|verweigert|gescheitert|nicht erfolgreich',
  '[eé]chou\\w+|[eé]chec|refus[eé]\\w*|erron[eé]\\w*',
  'no v[aá]lid[oa]s?|fallid[oa]s?|fall[oó]|inv[aá]lid[oa]s?|incorrect[oa]s?|denegad[oa]|rechazad[oa]',
  'falhou|falha|incorret[oa]s?|n[aã]o confere|negad[oa]|recusad[oa]',
  'fallit[oa]|errat[oa]|non (?:valid|riuscit)[oae]|mislukt\\w*|onjuist',
  'nieudan[aey]\\w*|b[łl][eę]dn[aey]\\w*|ba[sş]ar[iı]s[iı]z',
].join('|')

/** Words for a success. */
export const success = [
  '(?<!un)success\\w*|(?<!un)succeed\\w*|accepted|granted',
  'erfolgreich|r[eé]ussie?|exitos[oa]|bem[ -]sucedid[oa]|efetuad[oa]|(?<!non )riuscit[oa]|geslaagd',
].join('|')
