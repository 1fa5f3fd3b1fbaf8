import { z } from 'zod'
import { severity } from '../severity.ts'
import { addressRoles } from './address-roles.ts'

export const detectionKinds = ['anomaly', 'rule', 'indicator', 'external'] as const

/** The type of threat, in the words of the triage contract, which gives each type a weight. */
export const alertTypes = [
  'malware',
  'phishing',
  'brute_force',
  'ddos',
  'data_exfiltration',
  'unauthorized_access',
  'policy_violation',
  'anomaly',
  'other',
] as const
export const alertType = z.enum(alertTypes).meta({ id: 'AlertType' })
export type AlertType = z.infer<typeof alertType>

/** A thing that detections can share: a user, a host, an address. */
export const entity = z
  .object({
    type: z.enum([
      'ip',
      'user',
      'host',
      'service',
      'process',
      'file',
      'url',
      'domain',
      'hash',
      'asset',
      'device',
      'template',
    ]),
    value: z.string(),
  })
  .meta({ id: 'Entity' })
export type Entity = z.infer<typeof entity>

/** The prefixes of the keys of detections that report fewer events than usual, or none. */
export const fewerLines = 'fewer log lines'
export const missingRun = 'missing run'

/** An event that is evidence of a detection. It includes the line, because events expire before detections do. */
export const evidence = z
  .object({
    event_id: z.string(),
    time: z.iso.datetime(),
    /** The original line, cut at 1,000 characters. */
    line: z.string(),
    /** The record in one readable line, if it is JSON or XML: `2026-03-03T09:00:00Z edge-2 sshd[912]: Accepted publickey for dana`. */
    summary: z.string().optional(),
    /** Its position, if it was read from a file: `auth.log:1502`. */
    origin: z.string().optional(),
    /** Its role in the detection: `first failure`, `the login that succeeded` … */
    role: z.string().optional(),
    /** The ends of the connection, if the event has them. Behind a proxy of ours, `source_ip` is the client. */
    source_ip: z.string().optional(),
    destination_ip: z.string().optional(),
    proxy_ip: z.string().optional(),
    /** The direction, seen from our own network. */
    direction: z.enum(['inbound', 'outbound', 'internal', 'external']).optional(),
  })
  .meta({ id: 'Evidence' })
export type Evidence = z.infer<typeof evidence>

/** The text of a line for people. */
export const shownLine = ({ line, summary }: Pick<Evidence, 'line' | 'summary'>): string => summary ?? line

/** The texts of a line that searches find. The summary may quote what is cut off the line. */
export const lineTexts = ({ line, summary }: Evidence): readonly string[] =>
  summary === undefined ? [line] : [line, summary]

/** One part of the answer to "why?". The weights of a detection add up to its score. */
export const contribution = z
  .object({
    /** The measured quantity, in plain words: `failed logins per hour`. */
    feature: z.string(),
    /** The observed value: `286`. */
    value: z.string(),
    /** The usual range: `0–3`. */
    usual: z.string(),
    /** Its share of the score; may be negative. */
    weight: z.number(),
  })
  .meta({ id: 'Contribution' })
export type Contribution = z.infer<typeof contribution>

/** The fields that the sender of a foreign alert supplied, in the words of the triage contract. */
export const observed = z
  .object({
    /** The sender's own ID of the alert. */
    external_id: z.string(),
    source_ref: z.string(),
    source_ip: z.string(),
    destination_ip: z.string(),
    source_port: z.int(),
    destination_port: z.int(),
    protocol: z.string(),
    user_name: z.string(),
    asset_id: z.string(),
    file_hash: z.string(),
    file_name: z.string(),
    url: z.string(),
    dns_query: z.string(),
    /** The complete alert as received. */
    raw_data: z.record(z.string(), z.unknown()),
  })
  .partial()
  .meta({ id: 'Observed' })
export type Observed = z.infer<typeof observed>

/** The Sigma rule of a detection, with the fields that its author wants in the message. */
export const detectionRule = z
  .object({
    id: z.string(),
    title: z.string(),
    author: z.string().optional(),
    license: z.string().optional(),
    references: z.array(z.string()),
    false_positives: z.array(z.string()),
  })
  .meta({ id: 'DetectionRule' })
export type AgentDetectionRule = z.infer<typeof detectionRule>

/** The details of an agent's anomaly, in the format of the network agents' API. */
export const agentFinding = z
  .object({
    agent_name: z.string(),
    /** The number of the device, if the agent has one. */
    device_id: z.int().nullable(),
    anomaly_type: z.string(),
    /** From 1 to 5. */
    severity: z.int().min(1).max(5),
    confidence: z.number().min(0).max(1),
    /** The counted features of the window, by name. */
    features: z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())])),
  })
  .meta({ id: 'AgentFinding' })
export type AgentFinding = z.infer<typeof agentFinding>

/** A finding of a detector in events, with its reason. Every detection has one. */
export const detection = z
  .object({
    /** A hash of detector, stream, subject and time: the same events give the same ID. */
    id: z.string(),
    detector: z.string(),
    kind: z.enum(detectionKinds),
    type: alertType,
    /** The beginning and the end of the activity. */
    first_seen: z.iso.datetime(),
    last_seen: z.iso.datetime(),
    source: z.string(),
    stream: z.string(),
    /** 0–1, high = anomalous; calibrated per detector, independent of the batch. */
    score: z.number().min(0).max(1),
    severity,
    /** A few words for a list: `286 failed logins from 183.62.140.253`. */
    title: z.string(),
    /** One sentence that needs no further context. */
    sentence: z.string(),
    /** The observed number or word, and the usual range. */
    value: z.string(),
    usual: z.string(),
    contributions: z.array(contribution).min(1),
    evidence: z.array(evidence).min(1),
    /** How many events it covers; at least the evidence. */
    event_count: z.int().min(1),
    entities: z.array(entity),
    address_roles: addressRoles.optional(),
    /** ATT&CK techniques: `T1110.001`. */
    techniques: z.array(z.string()),
    /** The sender's id of the alert, if the sender never reuses ids. */
    alert_id: z.string().optional(),
    /** Detections with the same key belong to the same alert. Human-readable, because it is shown. */
    dedup_key: z.string(),
    /** Whether the detector was still learning the usual behaviour; caps the severity at low. */
    learning: z.boolean(),
    rule: detectionRule.optional(),
    agent: agentFinding.optional(),
    observed: observed.optional(),
    /** Whether its sender reports that the problem is over: it closes the alert with its key, and opens none. */
    over: z.boolean().optional(),
    /** How long after the last detection of an alert this detection still belongs to it, in ms of event time. Default: a day. */
    merge_within: z.int().min(0).optional(),
  })
  .meta({ id: 'Detection' })
export type Detection = z.infer<typeof detection>

/** Whether a detection reports fewer events than usual, or none. */
export const isAboutFewer = ({ dedup_key }: Pick<Detection, 'dedup_key'>): boolean =>
  dedup_key.startsWith(fewerLines) || dedup_key.startsWith(missingRun)
