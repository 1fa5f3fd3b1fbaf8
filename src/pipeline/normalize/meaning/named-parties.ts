import { toAddress } from '../fields/address.ts'

const ipv4 = '(?:\\d{1,3}\\.){3}\\d{1,3}'
const ipv6 = '(?:[0-9a-f]{1,4}:){2,7}[0-9a-f]{0,4}(?:::?[0-9a-f]{1,4}){0,6}|[0-9a-f]{0,4}::(?:[0-9a-f]{1,4}:?){1,7}'
const anyAddress = new RegExp(`(?<![\\w.])(?:::ffff:)?(${ipv4}|${ipv6})(?![\\w.]*\\w)`, 'gi')
/** Words before an address that is not the client's. */
const ours =
  /(?:(?:host|node|server|observer|listener)[._]ip|(?<![a-z])(?:to|on|at|dst|dest\w*|server|local\w*|listen\w*|upstream|via|realm|proxy|lip|laddr|oip_server)|->)[\s"'=:[(<]*(?:ipv[46](?:\/\w{2,3})?[:/])?$/i
/** Words before the address of a device between the client and the server. */
const between = /(?<![a-z])(?:device|nas|controller|access ?point|ap)[ _-]?ip(?:[ _-]?addr\w*)?[\s"'=:[(<]*$/i
/** Words before an address that is the client's. */
const theirs =
  /(?:(?<![a-z])(?:from|failed for|client|peer|rhost|remote\w*|calling[ _-]station[ _-]id|src|source|raddr|rip|oip|origin)|(?:client|source|src|remote|peer|user|origin)[ ._-]?(?:ip|addr\w*)|<)[\s"'=:[(</]*(?:ipv[46](?:\/\w{2,3})?[:/])?$/i
/** Words before an address that is the client's, if no other word says so: the server's may have the same. */
const perhapsTheirs = /(?<![a-z])(?:ip|ip ?address|host)[\s"'=:[(</]*(?:ipv[46](?:\/\w{2,3})?[:/])?$/i

/** Finds the client's address in a message about a login: after a word for it, else the first that is not the server's. */
export const partyAddress = (text: string): string | undefined => {
  let first: string | undefined
  let perhaps: string | undefined
  for (const match of text.matchAll(anyAddress)) {
    const address = match[1] ?? ''
    if (toAddress(address)?.ip === undefined) continue
    const before = text.slice(Math.max(0, match.index - 24), match.index)
    if (between.test(before) || ours.test(before)) continue
    if (theirs.test(before)) return address
    if (perhapsTheirs.test(before)) perhaps ??= address
    first ??= address
  }
  return perhaps ?? first
}

/** Words before what looks like an address and is a version. */
const version = /(?:version|release|build|[/_-]|\bv)[\s"'=:]*$/i

/** Finds the address in a text that has one only. Undefined if there are several, or if it is the server's. */
export const onlyAddress = (text: string): string | undefined => {
  let only: string | undefined
  for (const match of text.matchAll(anyAddress)) {
    const address = match[1] ?? ''
    if (address === only || toAddress(address)?.ip === undefined) continue
    const before = text.slice(Math.max(0, match.index - 24), match.index)
    if (only !== undefined || ours.test(before) || version.test(before)) return undefined
    only = address
  }
  return only
}

const name = '[\\w.@+$\\\\/-]{1,64}'
// Erlang writes texts as <<"kim">>.
const quoted = `["'\`\\[(<«»]{1,3}\\s?(${name})\\s?["'\`\\])>»«]`
const users = [
  // Kerberos: 203.0.113.9: ISSUE: authtime …, kim@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG
  /[:,] ([\w.$-]{1,64}@[\w.-]{1,64}) for krbtgt\//gi,
  // Pulse Secure and Ivanti: [203.0.113.9] kim(Users)[Staff] - Login …
  /\[[\da-f.:]{3,45}\] ([^\s()[\]]{1,64})\([^()\n]{0,64}\)\[[^\]\n]{0,200}\] - /gi,
  // RADIUS: Login incorrect (…): [kim/the password]. A computer's name begins with host/.
  /(?<![a-z])login (?:ok|incorrect|invalid)(?: \([^\n]{0,160}?\))?: \[((?:host\/)?[^[\]/\s]{1,64})(?:\/[^\n]{0,128}?)?\]/gi,
  // Samba: user [CORP]\[kim]
  new RegExp(`(?<![a-z])user \\[[^[\\]\\s]{0,64}\\]\\\\\\[(${name})\\]`, 'gi'),
  // Windows: Account For Which Logon Failed: Security ID: S-1-0-0 Account Name: kim. The first account is who asked for the logon.
  new RegExp(`logon failed:[^\\n]{0,160}?account name:\\s{0,3}(${name})`, 'gi'),
  // user=kim, username: "kim", principalName=kim
  new RegExp(
    `(?<![a-z])(?:(?:db)?user(?:[_ ]?name|id)?|login(?:name)?|account(?:id|[_ ]name)?|authentication_id|acct|usr|principal(?:name)?|e-?mail|benutzer(?:name)?|utilisateur|usuario|usu[aá]rio|utente|sasl_username|set_id|uid|ruser|cn)["']?\\s{0,2}[=:]\\s{0,2}["'\`\\[(<]{0,2}(${name})(?![\\w.@+$\\\\/-]*\\s{0,2}=)`,
    'gi',
  ),
  // user "kim", [kim], account 'kim'
  new RegExp(
    `(?<![a-z])(?:user(?: ?name)?|account|login|principal|benutzer(?:konto)?|utilisateur|compte|usuario|cuenta|usu[aá]rio|conta|utente|for|of|as|by)\\s{1,2}${quoted}`,
    'gi',
  ),
  // for kim from …, for invalid user kim
  new RegExp(
    `(?<![a-z])(?:for|f[uü]r|pour|para|per|voor)\\s(?!\\d{1,6}\\s?(?:s|sec|min|h|hour|day|week|time|attempt))(?:the\\s|el\\s|la\\s|le\\s|o\\s|den\\s|dem\\s|l')?(?:invalid\\s|unknown\\s)?(?:user(?:name)?\\s|account\\s|login\\s|benutzer\\s|utilisateur\\s|usuario\\s|usu[aá]rio\\s|utente\\s)?(${name})(?=$|[\\s,;:)\\]"'])`,
    'gi',
  ),
  // user kim from …, user kim failed
  new RegExp(
    `(?<![a-z])(?:user|account|benutzer|utilisateur|usuario|usu[aá]rio|utente|identifiant)\\s(${name})(?=$|[,;:)]|\\s(?:credentials (?:are|were) |from|ip|not|do|konnte|tried|at|via|on|by|in (?:the )?(?:security )?realm|failed|was|has|is|logged|successfully|signed|locked|denied|rejected|could|authenticat|wurde|hat|from:|\\[|\\())`,
    'gi',
  ),
  // Nextcloud: Login failed: kim (Remote IP: 203.0.113.9)
  new RegExp(`(?<![a-z])(?:login|logon|authentication) failed:\\s(${name})(?=\\s\\()`, 'gi'),
  // QNAP: Users: kim, Source IP: …
  new RegExp(`(?<![a-z])users:\\s([a-z_]${name.replace('{1,64}', '{0,63}')}),`, 'gi'),
  // Artifactory: for client : kim / 203.0.113.9
  new RegExp(`(?<![a-z])client\\s?:\\s(${name})\\s/\\s`, 'gi'),
  // login as kim, Invalid login as root
  new RegExp(`(?<![a-z])as\\s(${name})(?=$|[\\s,;:)])`, 'gi'),
  // 用户 kim, ユーザー=kim, 사용자 kim, пользователь "kim"
  new RegExp(
    `(?:用户|用戶|ユーザー|사용자|(?<![а-я])пользовател[а-я]{1,3}|користувач[а-яі]?)[\\s:=：]{0,3}["'「«]?\\s?(${name})`,
    'gi',
  ),
  // Mumble: 1 => <7:kim(-1)> Rejected connection from …
  new RegExp(`(?<!\\S)<\\d{1,10}:(${name})\\(-?\\d{1,10}\\)> `, 'gi'),
  // from 203.0.113.9: 'kim', from 203.0.113.9 (forwarded for '198.51.100.7'): 'kim'
  new RegExp(`(?<![a-z])from (?:${ipv4}|${ipv6})(?: \\([^()\n]{0,100}\\))?: ${quoted}`, 'gi'),
  // root@203.0.113.9
  new RegExp(`(?<![\\w.])([\\w.-]{1,64})@${ipv4}`, 'gi'),
  // (kim at 203.0.113.9), kim from 203.0.113.9, by kim [203.0.113.9]
  new RegExp(`(?<![\\w.])([\\w.@-]{1,64})\\s(?:at|from)\\s["'\\[(]?${ipv4}`, 'gi'),
]
/** Words in the place of a name. */
const noNames =
  /^(?:user|users|username|account|accounts|from|is|was|has|not|and|or|the|a|an|name|id|unknown|agent|in|to|with|by|at|on|via|failed|login|password|null|none|undefined|host|client|address|ip|attempt|attempts|requests?|packets?|message|query|command|data|traffic|remote|connection|authentication|credentials|peer|service|session|logon|failure|error|reason|invalid|for|found|user_name|0|-+)$/i

/** Removes the address that some servers write after a name: `root@203.0.113.9`. */
export const withoutAddress = (user: string): string => {
  const at = user.lastIndexOf('@')
  return at > 0 && toAddress(user.slice(at + 1))?.ip !== undefined ? user.slice(0, at) : user
}

/** Finds the user in a message about a login or an account. */
export const userIn = (text: string): string | undefined => {
  for (const pattern of users) {
    for (const match of text.matchAll(pattern)) {
      const found = withoutAddress(match[1]?.replace(/[.,:/\\-]+$/, '') ?? '')
      if (found !== '' && !noNames.test(found) && toAddress(found)?.ip === undefined) return found
    }
  }
  return undefined
}
