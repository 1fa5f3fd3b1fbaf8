/**
 * Words for a login and the secrets that it takes, in English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish,
 * Swedish, Danish, Norwegian, Finnish, Czech, Hungarian, Romanian, Russian, Ukrainian, Greek, Chinese, Japanese and Korean.
 */
export const login = [
  'log[ -]?[io]n',
  'logged[ -][io]n',
  'sign[ -]?in',
  '(?:(?<![a-z[])pre-?|(?<![a-z]))auth(?:enti[ck]\\w*|entif\\w*|ori[sz]\\w*|n)?(?![a-z])',
  'credentials?|(?<![a-z])pin (?:check|code|entry|verification)',
  '(?:access|api|secret) ?key(?: ?id)?|(?:access|auth\\w*|bearer|api|session) ?tokens?(?![a-z])',
  'pass(?:word|wd|phrase|code)s?',
  '(?<![a-z])(?:sasl|2fa|mfa|otp)(?![a-z])',
  'anmeld\\w*',
  'passwort|kennwort|zugangsdaten',
  'connexion|mot[ _]de[ _]passe|identifiants?(?= (?:ou|et|de connexion|incorrects?|invalides?|erron[eé]s?|refus[eé]s?|inconnus?))',
  'inicio[ _](?:de[ _])?sesi[oó]n|clave(?: de acceso)?(?= (?:incorrecta|err[oó]nea|no v[aá]lida))|contrase[nñ]a|autentica\\w*|credencia\\w*',
  'senha|in[ií]cio[ _]de[ _]sess[aã]o',
  'accesso|credenziali',
  'wachtwoord|aanmelding|inloggen|inlogpoging',
  'logowani\\w*|zalogowa\\w*|oturum a[cç]ma|giri[sş]i?(?= (?:ba[sş]ar|deneme|yap))|[sş]ifre',
  'inlogg\\w*|l[oö]senord|indlogning|innlogging|adgangskode|passord|kirjautumi\\w*|salasana',
  'p[rř]ihl[aá][sš]en[ií]|heslo|bejelentkez[eé]s|jelsz[oó]|autentificar\\w*|parol[aă]',
  'парол[ьяюе]м?|(?<![а-я])вход(?:а|е|ом|у)?(?![а-я])|(?<![а-яі])вхід(?![а-яі])|проверк[а-я]* подлинности|логин|авториз[а-яё]*|аутентифи[а-яё]*|автентифі[а-яё]*|σύνδεση|κωδικός',
  '登录|登入|登陆|密码|密碼|认证|認證|ログイン|サインイン|パスワード|認証|로그인|비밀번호|인증(?!서)',
].join('|')

/** A user name that a message is about. Before a value it is a name of a field, which other messages have as well. */
export const userName = `user ?names?(?!["']?\\s?[=:])`

/** The same words as stems. */
export const loginStems = [
  ...['login', 'logon', 'log in', 'log on', 'log-in', 'log-on', 'logged', 'signin', 'sign in', 'sign-in'],
  ...['auth', 'credenc', 'credent', 'credenz', 'passw', 'passp', 'passc', 'username', 'user name', 'sasl'],
  ...['anmeld', 'kennwort', 'zugangsdaten', 'connexion', 'mot de passe', 'mot_de_passe', 'identifiant'],
  ...[
    'inicio de ses',
    'inicio ses',
    'inicio_',
    'clave incorrecta',
    'clave err',
    'clave de acceso',
    'contrase',
    'autent',
    'senha',
    'nicio de sess',
    'accesso',
    'wachtwoord',
    'aanmelding',
  ],
  ...['inlog', 'logowan', 'oturum a', 'parol', 'ifre', 'senord', 'indlog', 'innlog', 'adgangskode', 'passord'],
  ...[
    'pin check',
    'pin code',
    'pin entry',
    'pin verif',
    'access key',
    'accesskey',
    'api key',
    'apikey',
    'invalid token',
    'token reject',
    'token refuse',
    'token denied',
  ],
  ...['kirjautu', 'salasana', 'heslo', 'bejelentkez', 'jelsz', 'giri', 'selhal'],
]

/** Words for a failure. */
export const failure = [
  'fail\\w*|invalid\\w*|incorrect|wrong|bad|den(?:y|ied|ial)|refused|reject\\w*|unsuccessful\\w*|mismatch\\w*',
  'not (?:valid|correct|accepted|match\\w*|recogni[sz]ed|authori[sz]ed|have worked)|\\w{2,5}n.t match',
  'unknown|non-?exist\\w+|no such|cannot|unable|errors?|unauthori[sz]ed|terminated',
  'fehlgeschlagen\\w*|fehlerhaft\\w*|ung[uü]ltig\\w*|falsch\\w*|abgelehnt|verweigert|gescheitert|nicht erfolgreich',
  '[eé]chou[\\wé]+|[eé]chec|refus[eé]\\w*|err[oó]n[eé]\\w*|incorrecte?s?|invalides?|inconnue?s?',
  'no v[aá]lid[oa]s?|fallid[oa]s?|fall[oó]|inv[aá]lid[oa]s?|incorrect[oa]s?|denegad[oa]|rechazad[oa]',
  'falhou|falha|incorret[oa]s?|n[aã]o confere|negad[oa]|recusad[oa]',
  'fallit[oa]|errat[oa]|non (?:valid|riuscit)[oae]|mislukt\\w*|onjuist',
  'nieudan[aey]\\w*|b[łl][eę]dn[aey]\\w*|ba[sş]ar[iı]s[iı]z|hatal[iı]|yanl[iı][sş]|ge[cç]ersiz',
  'misslyck\\w*|felaktig\\w*|mislyk\\w*|forkert|feilet|feil|ep[aä]onnistui|v[aä][aä]r[aä]|selhal[oa]|neplatn\\w*|nespr[aá]vn\\w*',
  'sikertelen|hib[aá]s|e[sș]uat[aă]?|incorect[aă]?',
  'неверн[а-я]*|неправильн[а-я]*|неудачн[а-я]*|не удал[а-я]*|не прош[её]л[аи]?|ошибк[а-я]*|отказано|невірн[а-яі]*|невдал[а-яі]*|помилк[а-яі]*|απέτυχε|λάθος',
  '失败|失敗|错误|錯誤|不正确|不正確|拒绝|拒否|エラー|誤り|間違|正しくありません|실패|오류|잘못|거부',
].join('|')

/** Words for a success. */
export const success = [
  '(?<!un)success\\w*|(?<!un)succeed\\w*|accepted|granted',
  'erfolgreich|r[eé]ussie?|exitos[oa]|bem[ -]sucedid[oa]|efetuad[oa]|(?<!non )riuscit[oa]|geslaagd',
].join('|')
