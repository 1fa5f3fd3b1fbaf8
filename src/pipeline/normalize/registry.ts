import { cefAlertParser } from './alerts/cef-alert.ts'
import { fastAlertParser } from './alerts/fast-alert.ts'
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
import { mysqlGeneralParser } from './formats/products/mysql-general.ts'
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
import { isLetter } from './letters.ts'
import type { Parser } from './parser.ts'
import { isDigitCode } from './time/calendar.ts'

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
  mysqlGeneralParser,
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
  mysqlGeneralParser,
  netlogonParser,
  tcpdumpParser,
  kubernetesEventsParser,
  fastAlertParser,
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
/** Parsers of lines that begin with a letter and have a time, or what `mayHaveTime` looks for instead. */
const needTime = new Set<Parser>([syslog3164Parser, cockroachdbParser, genericParser, blueGeneParser])
/** Parsers of lines that begin with a letter and have a colon within their first 24 characters. */
const needColon = new Set<Parser>([cefAlertParser, cefParser, leefAlertParser, leefParser])
const lettersAndTime = ofLetter.filter((parser) => !needColon.has(parser))
const lettersAndColon = ofLetter.filter((parser) => !needTime.has(parser))
const letters = lettersAndColon.filter((parser) => !needColon.has(parser))
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
  if (isLetter(first)) return candidatesOfLetter(text)
  return ofOther
}

/** Leaves out what cannot read a sentence, as most messages in JSON and syslog are. */
const candidatesOfLetter = (text: string): readonly Parser[] => {
  const colon = text.indexOf(':')
  if (colon < 0 || colon >= 24) return mayHaveTime(text) ? lettersAndTime : letters
  return mayHaveTime(text) ? ofLetter : lettersAndColon
}

/** How far into a text that begins with a letter the first digit of its time is: `September  10`, or a weekday before that. */
const furthestDigit = 18

/**
 * Whether a text that begins with a letter may have a time at its start or behind its first word. Without one, there is only Cisco's
 * mnemonic, which begins with a percent sign, and .NET's level of four letters with a colon.
 */
const mayHaveTime = (text: string): boolean => {
  for (let at = 1; at < furthestDigit; at++) if (isDigitCode(text.charCodeAt(at))) return true
  return text.charCodeAt(4) === 58 || text.includes('%') || isDigitCode(text.charCodeAt(text.indexOf(' ') + 1))
}
