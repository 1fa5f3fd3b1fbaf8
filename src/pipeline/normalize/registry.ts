import { cefAlertParser } from './alerts/cef-alert.ts'
import { leefAlertParser } from './alerts/leef-alert.ts'
import { vpcFlowParser } from './formats/aws/vpc-flow.ts'
import { jsonParser } from './formats/json/json.ts'
import { embeddedTimeParser } from './formats/lines/embedded-time.ts'
import { genericParser } from './formats/lines/generic.ts'
import { logfmtParser } from './formats/lines/logfmt.ts'
import { plainParser } from './formats/lines/plain.ts'
import { auditParser } from './formats/products/audit.ts'
import { blueGeneParser } from './formats/products/bluegene.ts'
import { cockroachdbParser } from './formats/products/cockroachdb.ts'
import { exchangeSmtpParser } from './formats/products/exchange-smtp.ts'
import { kubernetesEventsParser } from './formats/products/kubernetes-events.ts'
import { openldapParser } from './formats/products/openldap.ts'
import { postgresCsvParser } from './formats/products/postgres-csv.ts'
import { tcpdumpParser } from './formats/products/tcpdump.ts'
import { utmpParser } from './formats/products/utmp.ts'
import { zeekParser } from './formats/products/zeek.ts'
import { cefParser } from './formats/siem/cef.ts'
import { leefParser } from './formats/siem/leef.ts'
import { ciscoParser } from './formats/syslog/cisco.ts'
import { merakiParser } from './formats/syslog/meraki.ts'
import { syslog3164Parser } from './formats/syslog/syslog-3164.ts'
import { syslog5424Parser } from './formats/syslog/syslog-5424.ts'
import { accessLogParser } from './formats/web/access-log.ts'
import { errorLogParser } from './formats/web/error-log.ts'
import { w3cHeaderParser } from './formats/web/w3c-header.ts'
import { netlogonParser } from './formats/windows/netlogon.ts'
import { snareParser } from './formats/windows/snare.ts'
import { windowsDnsParser } from './formats/windows/windows-dns.ts'
import { windowsFirewallParser } from './formats/windows/windows-firewall.ts'
import { windowsXmlParser } from './formats/windows/windows-xml.ts'
import { criParser } from './formats/wrappers/cri.ts'
import { dockerParser } from './formats/wrappers/docker.ts'
import { fluentBitParser } from './formats/wrappers/fluent-bit.ts'
import { journaldParser } from './formats/wrappers/journald.ts'
import { papertrailParser } from './formats/wrappers/papertrail.ts'
import type { Parser } from './parser.ts'

/** All parsers. */
export const parsers: readonly Parser[] = [
  accessLogParser,
  auditParser,
  blueGeneParser,
  cefParser,
  ciscoParser,
  cockroachdbParser,
  criParser,
  dockerParser,
  embeddedTimeParser,
  errorLogParser,
  exchangeSmtpParser,
  fluentBitParser,
  genericParser,
  journaldParser,
  jsonParser,
  kubernetesEventsParser,
  leefParser,
  logfmtParser,
  merakiParser,
  netlogonParser,
  openldapParser,
  papertrailParser,
  plainParser,
  postgresCsvParser,
  snareParser,
  syslog3164Parser,
  syslog5424Parser,
  tcpdumpParser,
  utmpParser,
  vpcFlowParser,
  w3cHeaderParser,
  windowsDnsParser,
  windowsFirewallParser,
  windowsXmlParser,
  zeekParser,
]

const ofObject = [dockerParser, journaldParser, jsonParser]
const ofBracket = [utmpParser, fluentBitParser, errorLogParser, genericParser, accessLogParser, jsonParser]
const ofAngle = [merakiParser, syslog5424Parser, syslog3164Parser, windowsXmlParser]
const ofDigit = [
  openldapParser,
  criParser,
  errorLogParser,
  accessLogParser,
  merakiParser,
  syslog5424Parser,
  syslog3164Parser,
  windowsFirewallParser,
  windowsDnsParser,
  zeekParser,
  postgresCsvParser,
  exchangeSmtpParser,
  papertrailParser,
  netlogonParser,
  tcpdumpParser,
  kubernetesEventsParser,
  genericParser,
  vpcFlowParser,
  cefParser,
]
const ofLetter = [
  syslog3164Parser,
  cockroachdbParser,
  genericParser,
  cefAlertParser,
  cefParser,
  leefAlertParser,
  leefParser,
  snareParser,
  auditParser,
  openldapParser,
  tcpdumpParser,
  kubernetesEventsParser,
  logfmtParser,
  accessLogParser,
  blueGeneParser,
]
const ofOther = [ciscoParser, blueGeneParser, genericParser, syslog5424Parser, syslog3164Parser, accessLogParser]
const ofHash = [w3cHeaderParser, ...ofOther]

/**
 * Returns the parsers that the first character of a text allows, stricter ones first. An event depends only on its record, without memory
 * of earlier ones, so a redelivery gives the same event.
 */
export const candidates = (text: string): readonly Parser[] => {
  const first = text.charCodeAt(0)
  if (first === 123) return ofObject
  if (first === 91) return ofBracket
  if (first === 35) return ofHash
  if (first === 60) return ofAngle
  if (first >= 48 && first <= 57) return ofDigit
  if ((first >= 65 && first <= 90) || (first >= 97 && first <= 122)) return ofLetter
  return ofOther
}
