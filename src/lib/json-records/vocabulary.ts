/** How a name reads without case, underscores and dashes: `src_ip`, `SrcIp` and `src-ip` are one. */
export const plainFieldName = (name: string): string => {
  const known = remembered.get(name)
  if (known !== undefined) return known
  const plain = name.toLowerCase().replace(/[_\- ]/g, '')
  // Names repeat; if they do not, memory stays bounded.
  if (remembered.size >= 5_000) remembered.clear()
  remembered.set(name, plain)
  return plain
}
const remembered = new Map<string, string>()

const set = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/))

/** Names of the time of a record. */
const timeNames = set(`
  timestamp time @timestamp datetime date ts t @t eventtime timeunixnano observedtimeunixnano timegenerated eventtimestamp asctime
  logtime createdat createddatetime activitydatetime creationtime creationdate creationtimestamp published occurredat systemtime timecreated
  utctime starttime starttimestamp eventcreationtime utctimestamp created receivedat receivetimestamp requestreceivedtimestamp
  stagetimestamp firsttimestamp lasttimestamp publishtime updatedat endtime firstseen lastseen eventdatetime when`)

/** Names that only a record has: its message and its level. */
const deedNames = set(`
  message msg text title description summary shortmessage fullmessage @message @m log event eventname eventtype eventaction action
  operationname operation activitydisplayname rule rulename alert alertname alertid alerttype severity eventid eventcode verb
  severitytext severitynumber level loglevel`)

/** Names of the subjects of a record. A list of records may share them. */
const subjectNames = set(`
  user username userid useridentity actor sourceip srcip src clientip ip ipaddress remoteaddr sourceipaddress process pid command
  commandline url uri method statuscode auditid`)

export const isTimeName = (name: string): boolean => timeNames.has(plainFieldName(name))
export const isDeedName = (name: string): boolean => deedNames.has(plainFieldName(name))
export const isSubjectName = (name: string): boolean => subjectNames.has(plainFieldName(name))

/** Groups of synonymous names: a record with one of them needs none of the others from its envelope. */
const groups: readonly ReadonlySet<string>[] = [
  timeNames,
  set('host hostname host.name computer computername machine machinename node nodename'),
  set('service servicename service.name app appname application program'),
  set('user username userid account accountname login principal'),
  set('ip clientip sourceip srcip sourceipaddress ipaddress remoteaddr remoteip'),
  set('level loglevel severity severitytext log.level priority'),
]
const message = set('message msg text log body line')
/** Outcomes of the request that fetched the list, and how it was cut into pages: no news about any record. */
const bookkeeping =
  /^(?:@?odata|shards$|next|prev|subscriptionfilters?$|messagetype$|requestid$)|token$|cursor$|^(?:count|total\w*|took|pages?|pagesize|offset|limit|size|status|statuscode|success|ok|code|result|outcome|errors?|kind|etag|version|schema\w*|hasmore|more|preview|timedout|maxscore|self|links?|metadata|meta|stats|resulttype)$/

/** Names that mark a record as an envelope. */
const structure = set('stream streams kinesis awslogs resourcelogs')

/** Whether the records of an envelope inherit a member of this name. */
export const isInherited = (name: string): boolean => {
  const plain = plainFieldName(name)
  if (name.startsWith('_') || structure.has(plain) || listNames.has(plain) || passages.has(plain)) return false
  return !bookkeeping.test(plain) && !message.has(plain) && !deedNames.has(plain)
}

/** Whether a record has its own equivalent of a member of this name. */
export const saysItself = (own: ReadonlySet<string>, name: string): boolean => {
  const plain = plainFieldName(name)
  if (own.has(plain)) return true
  const group = groups.find((names) => names.has(plain))
  return group !== undefined && [...own].some((one) => group.has(one))
}

/** Names under which programs send, store and export lists of records. */
const listNames = set(`
  records logs events entries logevents data items value values results result hits messages rows activities activity docs
  documents list responses`)
/** A list with one of these names contains records even if they have no time. */
const sureListNames = set('records logs events entries logevents data')

export const isListName = (name: string): boolean => name !== 'Data' && listNames.has(plainFieldName(name))
export const isSureListName = (name: string): boolean => name !== 'Data' && sureListNames.has(plainFieldName(name))

/** Objects through which an envelope may lead to its list: `{"hits":{"hits":[…]}}`, `{"data":{"result":[…]}}`. */
const passages = set('hits data response result results events _embedded d output body')
export const isPassage = (name: string): boolean => passages.has(plainFieldName(name))
