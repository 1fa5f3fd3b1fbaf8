import type { FieldValue } from '../../../schema/event/event.ts'
import { suggestField } from './name-words.ts'

/**
 * Field names that programs use for one thing, best first. Written without case, underscores and dashes, so that `src_ip`, `SrcIp` and
 * `src-ip` are the same. The name of a nested object is its dotted path.
 */
export const aliasTable: Readonly<Record<string, string>> = {
  '@timestamp': `
    timestamp time @timestamp datetime date ts eventtime timeunixnano @t t timegenerated eventtimestamp asctime
    logtime createdat createddatetime activitydatetime creationtime published occurredat systemtime timecreated timecreatedsystemtime
    eventcreationtime utctime event.created observedtimeunixnano receivedat starttime utctimestamp id.time created
    creationdate eventtv requestreceivedtimestamp stagetimestamp log.time log.timestamp log.@timestamp meta.timestamp meta.time
    timeiso8601 timelocal when eventdate logintime timestampderived datecreate`,
  'user.name': `
    user.name user username uid account identity userid acct usrname suser accountname targetusername
    subjectusername login loginname useridentity.username userprincipalname useremail actor.user.email actor.user.name
    actor.alternateid initiatedby.user.userprincipalname user.username sourceaccountname principal protopayload.authenticationinfo.principalemail
    uname usr dbuser dbusername actor remoteuser actor.email actoremail authoremail`,
  'user.domain': 'user.domain userdomain accountdomain targetdomainname subjectdomainname sourceaccountdomain domain',
  'user.email': 'user.email email',
  'source.ip': `
    source.ip sourceip srcip clientip remoteaddr sourceipaddress ipaddress remoteip src rhost sourceaddress
    srcaddr saddr source.address client.address client.ip remoteaddress calleripaddress callerip userip actor.ip
    id.origh srcendpoint.ip net.peer.ip requestmetadata.callerip client remotehost peer
    req.remoteaddress ipsrc src.ip.address clientipaddress cip connsrcip initiatedby.user.ipaddress actorip client.ipaddress sourceips
    protopayload.requestmetadata.callerip src.ip ipaddr ip remip request.clientip request.remoteip request.remoteaddr
    request.remoteaddress httprequest.remoteip clienthost downstreamremoteaddress origin.address ipclient location.ip`,
  'network.forwarded_ip': `
    network.forwardedip xforwardedfor httpxforwardedfor headers.xforwardedfor req.headers.xforwardedfor
    request.headers.xforwardedfor http.request.headers.xforwardedfor`,
  'destination.ip': `
    destination.ip destip dstip destinationip serverip targetip destinationaddress dst dstaddr daddr
    destination.address id.resph dstendpoint.ip server.address server.ip dest conndestip dst.ip dst.ip.address`,
  'source.port':
    'source.port srcport sourceport spt sport id.origp srcendpoint.port clientport client.port remoteport ipport req.remoteport request.remoteport',
  'destination.port': `
    destination.port destport dstport destinationport dpt dport id.respp dstendpoint.port server.port`,
  'event.outcome':
    'event.outcome outcome action result status success resultstatus loginstatus eventresult action.result',
  'event.action': `
    event.action eventtype eventname operationname operation activitydisplayname eventsimplename type event category
    actiontype eventaction activityname operationtype event.type securityevent action.type`,
  'event.code': 'event.code eventid eventcode winlog.eventid',
  message: `
    message msg description text log body @message shortmessage fullmessage @m @mt eventmessage logmessage
    displaymessage summary textpayload log.message syslogmessage raw`,
  'log.level':
    'log.level level severitytext severity priority sev loglevel levelname lvl @l severityname errorseverity meta.level prio',
  'log.logger': 'log.logger logger loggername scope.name',
  'host.name': `
    host.name hostname host.hostname devicename computername computer machinename host machine
    hostidentifier device.hostname nodename node agent.hostname devicehostname devname dvchost endpoint.name
    logsourcename winlog.computername deviceid`,
  'service.name': 'service.name service servicename program app appname application applicationname',
  'process.name': 'process.name processname process comm',
  'process.pid': 'process.pid pid processid procid rawprocessid newprocessid winlog.process.pid',
  'process.executable': `
    process.executable image exe processpath executable imagefilename process.path process.file.path
    process.image.path src.process.image.path newprocessname`,
  'process.command_line': `
    process.commandline commandline cmdline processcommandline process.cmdline src.process.cmdline`,
  'process.parent.executable': 'process.parent.executable parentimage parentprocessname',
  'process.parent.command_line': 'process.parent.commandline parentcommandline',
  'user_agent.original': `
    useragent.original useragent httpuseragent http.useragent ua client.useragent.rawuseragent
    request.headers.useragent httprequest.useragent`,
  'http.request.method': `
    http.request.method httpmethod requestmethod method verb http.method req.method request.method
    httprequest.requestmethod`,
  'http.request.line': 'http.request.line request requestline',
  'http.response.status_code': `
    http.response.statuscode statuscode httpstatus httpstatuscode responsecode http.statuscode http.status
    res.statuscode response.statuscode responsestatus.code downstreamstatus
    res.status response.status resp.status reply.status httprequest.status responsestatus edgeresponsestatus`,
  'http.response.body.bytes': 'http.response.body.bytes bodybytessent httprequest.responsesize',
  'http.request.referrer': 'http.request.referrer httpreferer referer referrer',
  'url.original': `
    url.original url uri requesturi requesturl http.url req.url http.target requestpath request.target request.uri request.url
    httprequest.requesturl clientrequesturi csuristem`,
  'trace.id': 'trace.id traceid dd.traceid oteltraceid',
  'span.id': 'span.id spanid dd.spanid',
  'error.message': 'error.message error err err.message err.msg exception exception.message errormessage',
  'error.type': 'error.type err.type exception.type errorcode',
  'error.stack_trace': 'error.stacktrace error.stack stacktrace stack err.stack exception.stacktrace errorverbose',
  'rule.name': 'rule.name rulename sourcerule.name',
  'rule.id': 'rule.id ruleid',
  'network.transport': 'network.transport proto protocol transport ipprotocol connipproto protocolid',
  'dns.question.name': 'dns.question.name queryname qname',
  'file.path': 'file.path filepath targetfilename',
  'event.id': 'event.id eventuuid',
  'event.severity': 'event.severity severityid',
  'cloud.account.id': 'cloud.account.id recipientaccountid accountid awsaccountid',
  'cloud.region': 'cloud.region awsregion region',
}

export interface Alias {
  readonly target: string
  /** Lower wins. */
  readonly rank: number
  /** The name without case, underscores and dashes. */
  readonly plain: string
  /** Whether other fields follow from it: the parts of a URL, a path or an account. */
  readonly hasParts: boolean
  /** Whether a value is plausible, for a name that is only guessed. */
  readonly fits: ((value: FieldValue) => boolean) | undefined
  /** A role that changes the fields of other names in the record. */
  readonly role: 'date' | 'subject' | 'connection' | 'remote' | 'target' | undefined
}

/** The role of a known name. */
const roleOf = (plain: string): Alias['role'] => {
  if (plain === 'date') return 'date'
  if (plain === 'subjectusername') return 'subject'
  if (plain === 'id.origh') return 'connection'
  return plain.startsWith('remote') ? 'remote' : undefined
}

const divisible = new Set([
  'file.path',
  'http.request.line',
  'http.response.status_code',
  'network.forwarded_ip',
  'process.executable',
  'process.name',
  'url.full',
  'url.original',
])

const byName: ReadonlyMap<string, Alias> = new Map(
  Object.entries(aliasTable).flatMap(([target, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map(
        (plain, rank) =>
          [
            plain,
            { target, rank, plain, hasParts: divisible.has(target), fits: undefined, role: roleOf(plain) },
          ] as const,
      ),
  ),
)

/** How many keys to cache. */
const mostRemembered = 10_000
const remembered = new Map<string, Alias | null>()

/** Looks up a key; undefined if it is no alias. */
export const aliasOf = (key: string): Alias | undefined => {
  const known = remembered.get(key)
  if (known !== undefined) return known ?? undefined
  const alias = key.length > 100 ? undefined : (find(key.toLowerCase().replace(/[_\- ]/g, '')) ?? guess(key))
  // NXLog: `ProcessID` is the service that logged, `ProcessId` the process of the event.
  const ranked = alias && key === 'ProcessID' ? { ...alias, rank: alias.rank + 50 } : alias
  if (remembered.size >= mostRemembered) remembered.clear()
  remembered.set(key, ranked ?? null)
  return ranked
}

/** Guesses an alias by the words of a name. It ranks below all known ones, a longer name below a shorter one. */
const guess = (key: string): Alias | undefined => {
  const suggested = suggestField(key)
  return (
    suggested && {
      target: suggested.target,
      rank: 300 + suggested.rank * 10 + key.length,
      plain: '',
      hasParts: divisible.has(suggested.target),
      fits: suggested.fits,
      role: suggested.isTarget ? 'target' : undefined,
    }
  )
}

/** Objects in which senders wrap the record's subject. */
const wrappers =
  'winlog.eventdata. eventdata. event. data. properties. attributes. detail. details. payload. specificdata. record. result. jsonpayload. meta. metadata. log. header. context. entry.'.split(
    ' ',
  )

/** Finds an alias, also inside a wrapper, where it ranks lower. */
const find = (name: string): Alias | undefined => {
  // MongoDB's extended JSON: {"t":{"$date":…}}, {"$date":{"$numberLong":"…"}}
  const plain = name.includes('.$') ? name.replace(/\.\$date(?:\.\$numberlong)?$/, '') : name
  const alias = byName.get(plain)
  if (alias) return belowOthers(alias)
  const wrapper = wrappers.find((prefix) => plain.startsWith(prefix))
  const inner = wrapper === undefined ? undefined : byName.get(plain.slice(wrapper.length))
  return inner && !vague.has(inner.plain) ? belowOthers({ ...inner, rank: inner.rank + 100 }) : undefined
}

const belowOthers = (alias: Alias): Alias =>
  identifiers.has(alias.plain) ? { ...alias, rank: alias.rank + 150 } : alias

/** Names that often have a number, or the one of the agent's process, so a name inside another object is better. */
const identifiers = new Set(['userid', 'uid', 'identity', 'deviceid', 'winlog.process.pid'])

/** Names that are ambiguous inside other objects. */
const vague = new Set(
  'type category name event text description summary success status result domain created id'.split(' '),
)
