import { expect, it } from 'vitest'
import { createAnalysis } from '../src/app/analysis.ts'
import { loadConfig } from '../src/config.ts'
import { createRules } from '../src/operations/rules/rule-folders.ts'
import { deepRun } from './depth.ts'
import { needs } from './needs.ts'

// Password guessing against many programs, each of which no parser and no rule knows or only few do. Every sample is one line as the
// program writes it, repeated 25 times within a minute with another port or number.

const log = { debug() {}, info() {}, warn() {}, error() {} }
const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })

/** Program → lines. {s}: the time and host of syslog, {i}: ISO time, {a}: the address of the attacker, {n}: a number. */
const samples: Readonly<Record<string, readonly string[]>> = {
  'sshd with keys only': [
    '{s} sshd[{n}]: Connection closed by authenticating user root {a} port {n} [preauth]',
    '{s} sshd[{n}]: Disconnected from invalid user admin {a} port {n} [preauth]',
    '{s} sshd[{n}]: Connection reset by invalid user test {a} port {n} [preauth]',
  ],
  dropbear: [
    "{s} dropbear[{n}]: Bad password attempt for 'root' from {a}:{n}",
    '{s} dropbear[{n}]: Login attempt for nonexistent user from {a}:{n}',
  ],
  login: ['{s} login[{n}]: FAILED LOGIN (1) on "/dev/pts/0" FROM "{a}" FOR "root", Authentication failure'],
  nextcloud: [
    '{"reqId":"x{n}","level":2,"time":"{i}","remoteAddr":"{a}","user":"--","app":"core","method":"POST","url":"/login","message":"Login failed: \\"admin\\" (Remote IP: {a})"}',
  ],
  wordpress: [
    '{s} wordpress(example.org)[{n}]: Authentication failure for admin from {a}',
    '{s} wp(example.org)[{n}]: Blocked user enumeration attempt, invalid login for admin from {a}',
  ],
  drupal: [
    '{s} drupal: https://example.org|1763694761|user|{a}|https://example.org/user/login||0||Login attempt failed for admin.',
  ],
  joomla: ['{i} INFO {a} joomlafailure Username and password do not match or you do not have an account yet.'],
  typo3: [
    '{i} [WARNING] request="x{n}" component="TYPO3.CMS.Core.Authentication": Login-attempt from {a}, username \'admin\', password not accepted!',
  ],
  gitea: [
    '{s} gitea[{n}]: 2026/11/21 03:12:41 ...ers/web/auth/auth.go:201:SignInPost() [W] Failed authentication attempt for root from {a}:{n}: user does not exist',
  ],
  gitlab: ['{i} : Failed Login: username=root ip={a}'],
  grafana: [
    'logger=context userId=0 orgId=0 uname= t={i} level=info msg="Invalid username or password" method=POST path=/login status=401 remote_addr={a} error="invalid username or password"',
  ],
  vaultwarden: [
    '[{i}][vaultwarden::api::identity][ERROR] Username or password is incorrect. Try again. IP: {a}. Username: kim@example.org.',
  ],
  jellyfin: [
    '[{i}] [ERR] [12] Jellyfin.Server.Implementations.Users.UserManager: Authentication request for "admin" has been denied (IP: "{a}").',
  ],
  'home assistant': [
    '{i} WARNING (MainThread) [homeassistant.components.http.ban] Login attempt or request with invalid authentication from host ({a}). Requested URL: /auth/login_flow',
  ],
  phpmyadmin: ['{s} phpMyAdmin[{n}]: user denied: root (mysql-denied) from {a}'],
  django: [
    "{i} WARNING axes.watch_login: AXES: New login failure by {ip_address: '{a}', username: 'admin', path_info: '/admin/login/'}",
  ],
  zabbix: ['{n}:20261121:031241.123 failed login of user "Admin" from "{a}"'],
  roundcube: [
    '[21-Nov-2026 03:12:41 +0000]: <x{n}> IMAP Error: Login failed for kim against localhost from {a}. AUTHENTICATE PLAIN: Authentication failed.',
  ],
  squirrelmail: ['{i} [LOGIN_ERROR] kim (example.org) from {a}: Unknown user or password incorrect.'],
  horde: ['{s} HORDE[{n}]: [imp] FAILED LOGIN for kim [{a}] to {localhost:143 [imap]} [pid {n} on line 151]'],
  sogo: [
    "{s} sogod[{n}]: SOGoRootPage Login from '{a}' for user 'kim' might not have worked - password policy: 65535  grace: -1",
  ],
  webmin: ['{s} webmin[{n}]: Invalid login as root from {a}', '{s} webmin[{n}]: Non-existent login as admin from {a}'],
  cpanel: ['{a} - root "POST /login/?login_only=1 HTTP/1.1" FAILED LOGIN whostmgrd: user password incorrect {n}'],
  proxmox: ['{s} pvedaemon[{n}]: authentication failure; rhost=::ffff:{a} user=root@pam msg=Authentication failure'],
  synology: ['{s} nas1 Connection: User [admin] from [{a}] failed to log in via [DSM] due to authorization failure.'],
  keycloak: [
    '{i} WARN  [org.keycloak.events] (executor-thread-{n}) type="LOGIN_ERROR", realmId="main", clientId="account", userId="null", ipAddress="{a}", error="invalid_user_credentials", auth_method="openid-connect", username="admin"',
    '{i} WARN  [org.keycloak.events] (default task-{n}) type=LOGIN_ERROR, realmId=main, clientId=web, userId=null, ipAddress={a}, error=user_not_found, username=admin',
  ],
  authentik: [
    '{"action":"login_failed","app":"authentik.events.signals","client_ip":"{a}","context":{"username":"admin","stage":{"pk":"{n}"}},"timestamp":"{i}"}',
  ],
  okta: [
    '{"published":"{i}","eventType":"user.session.start","displayMessage":"User login to Okta","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"actor":{"alternateId":"kim@example.org"},"client":{"ipAddress":"{a}"},"uuid":"{n}"}',
  ],
  auth0: [
    '{"date":"{i}","type":"failed_login","description":"Wrong email or password.","ip":"{a}","user_name":"kim@example.org","log_id":"{n}"}',
  ],
  'own JSON service': [
    '{"ts":"{i}","level":"warn","msg":"login failed","user":"admin","ip":"{a}","request_id":"{n}"}',
    '{"time":"{i}","level":"info","msg":"POST /session","event":"auth.login","success":false,"username":"admin","remote_ip":"{a}","id":{n}}',
    '{"@timestamp":"{i}","message":"request completed","http":{"request":{"method":"POST"},"response":{"status_code":401}},"url":{"path":"/api/v2/auth/login"},"source":{"ip":"{a}"},"id":"{n}"}',
  ],
  dovecot: [
    '{s} dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<kim>, method=PLAIN, rip={a}, lip=10.0.0.5, TLS, session=<x{n}>',
  ],
  postfix: [
    '{s} postfix/smtps/smtpd[{n}]: warning: unknown[{a}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=kim@example.org',
  ],
  exim: [
    '{s} exim[{n}]: login_server authenticator failed for (User) [{a}]:{n} I=[10.0.0.5]:587: 535 Incorrect authentication data (set_id=kim)',
  ],
  courier: ['{s} imapd: LOGIN FAILED, user=kim, ip=[::ffff:{a}], port=[{n}]'],
  cyrus: [
    '{s} cyrus/imap[{n}]: badlogin: mail.example.org [{a}] plaintext kim SASL(-13): authentication failure: checkpass failed',
  ],
  sendmail: ['{s} sm-mta[{n}]: x{n}: AUTH failure (LOGIN): user not found (-20), relay=[{a}], user=kim'],
  zimbra: [
    '{i} INFO  [qtp{n}] [name=kim@example.org;oip={a};] SoapEngine - handler exception: authentication failed for [kim@example.org], invalid password',
  ],
  openvpn: [
    '{i} {a}:{n} TLS Auth Error: Auth Username/Password verification failed for peer',
    "{s} ovpn-server[{n}]: {a}:{n} SENT CONTROL [UNDEF]: 'AUTH_FAILED' (status=1)",
  ],
  strongswan: [
    "{s} charon[{n}]: 12[IKE] EAP method EAP_MSCHAPV2 failed for peer kim, authentication of 'kim' with EAP failed, peer {a}[{n}]",
  ],
  pptpd: ['{s} pppd[{n}]: Peer kim failed CHAP authentication, remote {a}'],
  ocserv: ["{s} ocserv[{n}]: worker[kim]: {a} failed authentication attempt for user 'kim'"],
  freeradius: [
    '{i} : Auth: ({n}) Login incorrect (mschap: FAILED: No NT-Password): [kim] (from client vpn port {n} cli {a})',
  ],
  mysql: ["{i} {n} [Note] Access denied for user 'root'@'{a}' (using password: YES)"],
  postgresql: ['{i} UTC [{n}] root@shop {a}({n}) FATAL:  password authentication failed for user "root"'],
  'sql server': [
    "{i} Logon       Login failed for user 'sa'. Reason: Password did not match that for the login provided. [CLIENT: {a}]",
  ],
  mongodb: [
    '{"t":{"$date":"{i}"},"s":"I","c":"ACCESS","id":20249,"ctx":"conn{n}","msg":"Authentication failed","attr":{"mechanism":"SCRAM-SHA-256","principalName":"admin","authenticationDatabase":"admin","remote":"{a}:{n}","error":"UserNotFound"}}',
  ],
  elasticsearch: [
    '[{i}][WARN ][o.e.x.s.a.AuthenticationService] [node-1] Authentication of [elastic] was terminated by realm [reserved] - failed to authenticate user [elastic], origin [{a}:{n}]',
  ],
  rabbitmq: [
    "{i} [error] <0.{n}.0> Error on AMQP connection <0.{n}.0> ({a}:{n} -> 10.0.0.5:5672, state: starting): PLAIN login refused: user 'guest' - invalid credentials",
  ],
  vsftpd: ['{i} [pid {n}] [kim] FAIL LOGIN: Client "{a}"'],
  'pure-ftpd': ['{s} pure-ftpd: (?@{a}) [WARNING] Authentication failed for user [kim]'],
  proftpd: [
    '{s} proftpd[{n}] 10.0.0.5 (host.example.org[{a}]): USER kim: no such user found from host.example.org [{a}] to 10.0.0.5:21',
  ],
  filezilla: ['{i} FTP Session {n} {a} [Error] Authentication failed for user kim: wrong password'],
  asterisk: [
    "[{i}] NOTICE[{n}] chan_sip.c: Registration from '\"100\" <sip:100@10.0.0.5>' failed for '{a}:{n}' - Wrong password",
    "[{i}] NOTICE[{n}] res_pjsip/pjsip_distributor.c: Request 'REGISTER' from '<sip:100@10.0.0.5>' failed for '{a}:{n}' (callid: x) - Failed to authenticate",
  ],
  freeswitch: [
    "{i} [WARNING] sofia_reg.c:1793 SIP auth failure (REGISTER) on sofia profile 'internal' for [100@10.0.0.5] from ip {a}",
  ],
  xrdp: ['[{i}] [INFO ] AUTHFAIL: user=kim ip={a} time={n}'],
  guacamole: [
    '{i} [http-nio-8080-exec-{n}] WARN  o.a.g.r.auth.AuthenticationService - Authentication attempt from {a} for user "guacadmin" failed.',
  ],
  vnc: [
    '{s} Xvnc[{n}]: Connections: closed: {a}::{n} (Authentication failure: password check failed)',
    '{s} vino-server[{n}]: authentication failed from {a}, invalid VNC password',
  ],
  samba: [
    '{s} smbd[{n}]:   Auth: [SMB2,(null)] user [WORKGROUP]\\[admin] at [x] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [W{n}] remote host [ipv4:{a}:{n}] mapped to [WORKGROUP]\\[admin].',
  ],
  mikrotik: ['{s} system,error,critical login failure for user admin from {a} via ssh'],
  'cisco ios': [
    '<188>{n}: Nov 21 03:12:41.123: %SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: admin] [Source: {a}] [localport: 22] [Reason: Login Authentication Failed] at 03:12:41 UTC',
  ],
  'cisco asa': [
    '<166>Nov 21 2026 03:12:41 fw1 : %ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = admin : user IP = {a}',
  ],
  fortigate: [
    '<188>date=2026-11-21 time=03:12:41 devname="fw1" devid="FG100" type="event" subtype="system" level="alert" logdesc="Admin login failed" user="admin" srcip={a} action="login" status="failed" reason="passwd_invalid" msg="Administrator admin login failed from ssh({a}) because of invalid password" id={n}',
  ],
  pfsense: ["{s} php-fpm[{n}]: /index.php: webConfigurator authentication error for user 'admin' from: {a}"],
  esxi: [
    '{i} esx1 Hostd[{n}]: [Originator@6876 sub=Default] Rejected password for user root from {a}',
    '{i} esx1 Hostd[{n}]: Event {n} : Cannot login root@{a}',
  ],
  ejabberd: [
    '{i} [warning] <0.{n}.0> (tls|<0.{n}.0>) Failed c2s PLAIN authentication for kim@example.org from {a}: Invalid username or password',
  ],
  prosody: ['{s} c2s5579d3a: Failed authentication attempt (not-authorized) for user kim from IP: {a}'],
  murmur: [
    '{s} murmurd[{n}]: <W>{i} 1 => <{n}:(-1)> Rejected connection from {a}:{n}: Wrong certificate or password for existing user',
  ],
  nginx: [
    '2026/11/21 03:12:41 [error] 811#811: *{n} user "admin": password mismatch, client: {a}, server: example.org, request: "GET /private HTTP/1.1", host: "example.org"',
  ],
  apache: [
    '[Sat Nov 21 03:12:41.123456 2026] [auth_basic:error] [pid {n}] [client {a}:{n}] AH01617: user admin: authentication failure for "/private": Password Mismatch',
  ],
  lighttpd: ["{i}: (mod_auth.c.525) password doesn't match for /private username: admin IP: {a}"],
  traefik: [
    '{"ClientAddr":"{a}:{n}","ClientHost":"{a}","RequestMethod":"POST","RequestPath":"/login","DownstreamStatus":401,"level":"info","msg":"authentication failed for admin","time":"{i}"}',
  ],
  znc: ['[{i}] kim [{a}] failed to login to IRC: invalid password'],
  mosquitto: ['{i}: Client sensor{n} from {a} disconnected: not authorised, bad user name or password.'],
  portainer: ['{i} WRN http/handler/auth: Invalid credentials | user=admin remote_addr={a} id={n}'],
  kubernetes: [
    'E1121 03:12:41.123456 {n} authentication.go:73] "Unable to authenticate the request" err="invalid bearer token, authentication failed" srcIP="{a}:{n}"',
  ],
  german: ['{s} portal[{n}]: Anmeldung fehlgeschlagen für Benutzer "kim" von {a}: Kennwort ist falsch'],
  french: [
    '{s} portail[{n}]: Échec de connexion pour l\'utilisateur "kim" depuis {a}',
    '{s} portail[{n}]: mot de passe incorrect, utilisateur=kim ip={a}',
  ],
  spanish: ['{s} portal[{n}]: Inicio de sesión fallido: usuario=kim ip={a}'],
  portuguese: ['{s} portal[{n}]: Falha de autenticação para o usuário kim, senha inválida, ip={a}'],
  perdition: [
    '{s} perdition[{n}]: Auth: {a}:{n}->10.0.0.5:143 client-secure=plaintext authorisation_id=NONE authentication_id="kim" server="localhost:143" protocol=IMAP4S status="failed: Re-Authentication Failure"',
  ],
  vpopmail: ['{s} vpopmail[{n}]: vchkpw-smtp: password fail kim@example.org:{a}'],
  'uw-imap': ['{s} imapd[{n}]: Login failed user=kim auth=kim host=x.example.net [{a}]'],
  'asterisk security log': [
    '[{i}] SECURITY[{n}] res_security_log.c: SecurityEvent="InvalidPassword",Severity="Error",Service="SIP",AccountID="100",LocalAddress="IPV4/UDP/10.0.0.5/5060",RemoteAddress="IPV4/UDP/{a}/5060"',
    "[{i}] NOTICE[{n}] chan_iax2.c: Host {a} failed MD5 authentication for '100' (a != b)",
  ],
  kerio: ["{i} SMTP: User kim@example.org doesn't exist. Attempt from IP address {a}. {n}"],
  centreon: ['{i} [INFO] centreon : [WEB] [admin] [{a}] Authentication failed'],
  openwebmail: ['{s} openwebmail[{n}]: login error - no such user - loginname=kim ip={a}'],
  monit: ["{s} monit[{n}]: Warning: Client '{a}' supplied wrong password for user 'admin' accessing monit httpd"],
  softether: [
    '{i} [HUB "VPN"] Connection "CID-{n}" (IP address: {a}, Client): User authentication failed. The user name that has been provided was "kim".',
  ],
  zoneminder: ['{i} zm: [web_php] ERR Login denied for user "kim" from {a}'],
  screensharingd: [
    '{s} screensharingd[{n}]: Authentication: FAILED :: User Name: kim :: Viewer Address: {a} :: Type: DH',
  ],
  spring: ['{i} WARN {n} --- [nio-8080-exec-1] c.e.auth.LoginController : Failed login for user kim from ip {a}'],
  rails: ['I, [{i} #{n}]  INFO -- : Failed login attempt for kim@example.org ({a})'],
  laravel: ['[{i}] production.WARNING: Failed login {"email":"kim@example.org","ip":"{a}"}'],
  kerberos: [
    '{s} krb5kdc[{n}](info): AS_REQ (8 etypes {18 17}) {a}: PREAUTH_FAILED: kim@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG, Decrypt integrity check failed',
  ],
  'palo alto': [
    "{s} 1,{i},001,SYSTEM,auth,0,{i},,auth-fail,kim,0,0,general,medium,failed authentication for user 'kim'. Reason: Invalid username/password. From: {a}.",
  ],
  windows: [
    '{"winlog":{"channel":"Security","event_id":"4625","event_data":{"TargetUserName":"kim","IpAddress":"{a}","LogonType":"3"}},"@timestamp":"{i}","message":"An account failed to log on."}',
    '{"EventID":4625,"Channel":"Security","Computer":"dc1","TimeCreated":"{i}","EventData":{"TargetUserName":"kim","IpAddress":"{a}","LogonType":"10"}}',
  ],
  directadmin: ["{s} directadmin: '{a}' 2 failed login attempts. Account 'admin'"],
  couchdb: ['{i} [notice] <0.{n}.0> couchdb {a} undefined POST /_session 401 ok 3'],
  'basic authentication in an access log': [
    '{a} - kim [21/Nov/2026:03:12:41 +0000] "GET /private HTTP/1.1" 401 {n} "-" "x"',
  ],
  italian: ['{s} portale[{n}]: Autenticazione fallita per l\'utente "kim" da {a}'],
}

const start = Date.UTC(2026, 10, 21, 3, 12)
const all = Object.entries(samples).flatMap(([program, lines]) =>
  lines.map((line, i) => [`${program} ${i + 1}`, line] as const),
)

const toLines = (line: string, attacker: string): readonly { readonly text: string; readonly receivedAt: number }[] =>
  Array.from({ length: 25 }, (_, i) => {
    const receivedAt = start + i * 2000
    const iso = new Date(receivedAt).toISOString()
    const values: Readonly<Record<string, string>> = {
      s: `Nov 21 ${iso.slice(11, 19)} srv-3`,
      i: iso,
      a: attacker,
      n: String(40_000 + i * 7),
    }
    return { text: line.replaceAll(/\{([sian])\}/g, (_all, name: string) => values[name] ?? ''), receivedAt }
  })

it('recognizes password guessing against any program', needs(deepRun), async () => {
  const rules = createRules({ config, settings: async () => [], log })
  await rules.refresh()
  async function* records() {
    for (const [i, [source, line]] of all.entries()) {
      yield toLines(line, `203.0.${100 + (i >> 7)}.${(i % 128) + 1}`).map((record) => ({ ...record, source }))
    }
  }
  const { alerts } = await createAnalysis({ config, rules: rules.book, log })(records())
  const found = new Set(alerts.filter(({ type }) => type === 'brute_force').map(({ source }) => source))
  const missed = all.map(([source]) => source).filter((source) => !found.has(source))
  console.log(
    `password guessing recognized: ${found.size} of ${all.length} samples of ${Object.keys(samples).length} programs`,
  )
  expect(missed).toEqual([])
})
